import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools.sql_once import once

# A wrong clock of a telephone must not date a talk to another age.
OLDEST_DRAFT = timedelta(days=30)
SHOWN = 50


class RelationshipNoteDraft(models.Model):
    """A talk caught in two taps, to be finished later. It counts nowhere, and is its owner's alone.

    It shares its key with the conversation that it becomes: storing that one removes it.
    """

    _name = "relationship.note.draft"
    _description = "Talk to Finish Later"
    _inherit = "relationship.guarded"
    _order = "date desc, id desc"

    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        readonly=True,
        ondelete="cascade",
        default=lambda self: self.env.user,
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", default=lambda self: self.env.company
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    channel = fields.Selection(
        selection=lambda self: (
            self.env["relationship.note"]._fields["channel"]._description_selection(self.env)
        ),
        required=True,
        default="visit",
    )
    feeling_ids = fields.Many2many("relationship.measure", string="Feelings")
    summary = fields.Text(string="What Was Said")
    voice_ids = fields.Many2many(
        "ir.attachment",
        "relationship_note_draft_voice",
        "draft_id",
        "attachment_id",
        string="Voice Messages",
        copy=False,
    )
    source_key = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: uuid.uuid4().hex
    )

    _key_uniq = models.UniqueIndex("(user_id, source_key)")

    @api.model_create_multi
    def create(self, vals_list):
        drafts = super().create(vals_list)
        self.env["relationship.note"]._take_voices(drafts)
        return drafts

    def write(self, vals):
        res = super().write(vals)
        if "voice_ids" in vals:
            self.env["relationship.note"]._take_voices(self)
        return res

    @api.model
    def keep_draft(self, draft):
        """Store a draft of the user, or bring it up to date; the same key stores once.

        :param dict draft: ``key``, ``partner_id``, ``channel``; optionally ``feelings`` (ids),
            ``voices`` (ids), ``text``, and ``age`` in seconds, which
            doesn't depend on the telephone's clock
        :return: its row; False if its conversation is stored already
        """
        key, age = draft.get("key"), draft.get("age") or 0
        channel = draft.get("channel") or "visit"
        self.env["relationship.note"]._check_line(key, channel)
        partner = self.env["res.partner"].browse(draft.get("partner_id") or []).exists()
        if not partner:
            raise UserError(self.env._("This customer doesn't exist any more."))
        partner.check_access("read")
        if self.env["relationship.note"].search_count(
            [("source_key", "=", key), ("create_uid", "=", self.env.uid)], limit=1
        ):
            return False
        values = {
            "channel": channel,
            "feeling_ids": [Command.set(draft.get("feelings") or [])],
            "summary": draft.get("text") or False,
        }
        if draft.get("voices"):
            values["voice_ids"] = [Command.link(voice_id) for voice_id in draft["voices"]]
        known = self.search([("user_id", "=", self.env.uid), ("source_key", "=", key)])
        if known:
            known.write(values)
        else:
            age = timedelta(seconds=int(age)) if isinstance(age, int | float) else timedelta()
            with once(self.env.cr, "This draft was stored just now."):
                known = self.create(
                    {
                        **values,
                        "source_key": key,
                        "partner_id": partner.id,
                        "date": fields.Datetime.now() - min(max(age, timedelta()), OLDEST_DRAFT),
                    }
                )
        return known._get_rows()[0]

    @api.model
    def _get_mine(self):
        return self.search(
            [
                ("user_id", "=", self.env.uid),
                ("company_id", "in", self.env.companies.ids),
            ],
            limit=SHOWN,
        )

    def _get_rows(self):
        """Return the drafts as the tray shows them, with the defaults of their dialog."""
        channels = dict(self._fields["channel"]._description_selection(self.env))
        return [
            {
                "id": draft.id,
                "key": draft.source_key,
                "partner_id": draft.partner_id.id,
                "name": draft.partner_id.display_name,
                "date": draft.date,
                "channel": draft.channel,
                "channel_label": channels[draft.channel],
                "feelings": draft.feeling_ids._get_chip_rows(),
                "text": draft.summary or "",
                "voices": draft.voice_ids.ids,
                "defaults": draft._get_dialog_defaults(),
            }
            for draft in self
        ]

    def _get_dialog_defaults(self):
        self.ensure_one()
        return {
            "default_partner_id": self.partner_id.id,
            "default_company_id": self.company_id.id,
            "default_date": fields.Datetime.to_string(self.date),
            "default_channel": self.channel,
            "default_feeling_ids": [Command.set(self.feeling_ids.ids)],
            "default_summary": self.summary or "",
            "default_voice_ids": [Command.set(self.voice_ids.ids)],
            "default_source_key": self.source_key,
        }
