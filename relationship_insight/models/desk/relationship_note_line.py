from odoo import api, fields, models
from odoo.exceptions import UserError

from ..talk.relationship_touch import NOT_A_TALK

LINE_LENGTH = 2000
KEY_LENGTH = 120
RECENT = 3


class RelationshipNote(models.Model):
    """A talk in one line: what the composer and the call card send."""

    _inherit = "relationship.note"

    @api.model_create_multi
    def create(self, vals_list):
        """A conversation takes its draft off the tray: both have the same key."""
        notes = super().create(vals_list)
        drafts_sudo = (
            self.env["relationship.note.draft"]
            .sudo()
            .search(
                [("user_id", "=", self.env.uid), ("source_key", "in", notes.mapped("source_key"))]
            )
        )
        drafts_sudo.unlink()
        return notes

    @api.model
    @api.readonly
    def get_line_options(self):
        """Return what a one-line composer offers: asked once, when it is first used."""
        self.check_access("create")
        last = self.search_fetch(
            [
                ("create_uid", "=", self.env.uid),
                ("channel", "not in", NOT_A_TALK),
            ],
            ["channel"],
            order="id desc",
            limit=1,
        )
        return {
            "channels": self._fields["channel"]._description_selection(self.env),
            "channel": last.channel or self.default_get(["channel"])["channel"],
            "feelings": self.env["relationship.measure"].search_read(
                self._fields["feeling_ids"].domain,
                ["name", "picture", "valence"],
                order="sequence, id",
            ),
        }

    @api.model
    def log_line(self, line):
        """Store one line; the same key stores once.

        :param dict line: ``key``, ``partner_id`` and ``channel``; optionally ``text``,
            ``feelings`` (ids), ``private``, ``model`` and ``res_id`` of the open document,
            ``promise`` and ``promise_date``
        :return: what the composer shows of the stored conversation
        """
        return self.create(self._read_line(line))._get_line_row()

    @api.model
    @api.readonly
    def find_line(self, key):
        """Return the row of the conversation stored under this key by the user, or False."""
        note = self.search([("source_key", "=", key), ("create_uid", "=", self.env.uid)], limit=1)
        return bool(note) and note._get_line_row()

    @api.model
    @api.readonly
    def get_recent_lines(self, partner_id):
        """Return the last talks with this customer that the user may read, the latest first."""
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        whole = partner == partner.commercial_partner_id
        notes = self.search(
            [("commercial_partner_id" if whole else "partner_id", "=", partner.id)], limit=RECENT
        )
        return [note._get_line_row(following=False) for note in notes]

    @api.model
    def _read_line(self, line):
        key, text = line.get("key"), line.get("text") or ""
        self._check_line(key, line.get("channel"))
        if len(text) > LINE_LENGTH:
            raise UserError(
                self.env._(
                    "This is too long for one line: at most %(most)s characters. Use More for it.",
                    most=LINE_LENGTH,
                )
            )
        partner = self.env["res.partner"].browse(line.get("partner_id") or []).exists()
        if not partner:
            raise UserError(self.env._("Say which customer you talked with."))
        partner.check_access("read")
        vals = {
            "source_key": key,
            "partner_id": partner.id,
            "summary": " ".join(text.replace("\x00", " ").split()) or False,
            "feeling_ids": [(6, 0, line.get("feelings") or [])],
            "visibility": "me" if line.get("private") else "company",
            **self.env["relationship.capture"]._get_document_vals(
                line.get("model"), line.get("res_id")
            ),
        }
        try:
            day = fields.Date.to_date(line.get("promise_date"))
        except (TypeError, ValueError):
            raise UserError(self.env._("The promised day isn't a date.")) from None
        given = {
            "channel": line.get("channel"),
            "promise": line.get("promise"),
            "promise_date": day,
        }
        return vals | {name: value for name, value in given.items() if value}

    @api.model
    def _check_line(self, key, channel):
        """Raise if what a screen sent of a talk, or of its draft, can't be from ours."""
        if not isinstance(key, str) or not 16 <= len(key) <= KEY_LENGTH:
            raise UserError(self.env._("The line has no valid key. Reload the page."))
        if channel and channel not in dict(self._fields["channel"].selection):
            raise UserError(self.env._("This kind of talk is unknown. Reload the page."))

    def _get_line_row(self, following=True):
        """Return what a composer shows of this conversation, the next date included."""
        self.ensure_one()
        cadence = following and self.env["relationship.person"]._get_cadence_row(
            self.partner_id.commercial_partner_id
        )
        return {
            **self._get_card_row(),
            "partner_id": self.partner_id.id,
            "feelings": self.feeling_ids._get_chip_rows(),
            "next": cadence["next"] if cadence else "",
        }
