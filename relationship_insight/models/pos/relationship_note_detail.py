from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .relationship_strip import STAFF_GROUP

NAME_LENGTH = 80


class RelationshipNote(models.Model):
    """What a cashier may tap beside faces and a line: purpose, privacy, a promise, a chip."""

    _inherit = "relationship.note"

    @api.model
    def _store_from_pos(self, session, note):
        stored = super()._store_from_pos(session, note)
        if stored and note.get("kind"):
            self._remember_from_pos(session, note)
        if stored and note.get("friend"):
            self._claim_from_pos(session, note)
        return stored

    @api.model
    def _has_pos_news(self, data):
        return super()._has_pos_news(data) or bool(data.get("purpose") or data.get("promise"))

    @api.model
    def _read_pos_note(self, session, note):
        data = super()._read_pos_note(session, note)
        for name in ("purpose", "visibility"):
            if note.get(name):
                data[name] = self._get_pos_choice(self._fields[name], note[name])
        if data.get("visibility") == "me" and not self._can_note_privately(session.config_id):
            raise ValidationError(self.env._("A note at this till can't be for you alone."))
        if note.get("promise"):
            data["promise"] = self._get_pos_line(note["promise"])
            data["promise_date"] = self._get_pos_promise_date(note.get("promise_date"))
        return data

    @api.model
    def _can_note_privately(self, config):
        """Only who logged in as a person, and may read the note later, can keep it private."""
        shared = self.env["relationship.strip"]._is_login_shared(config)
        return not shared and self.env.user.has_group(STAFF_GROUP)

    @api.model
    def _get_pos_choice(self, field, value):
        if value not in field.get_values(self.env):
            raise ValidationError(self.env._("The till sent something unknown."))
        return value

    @api.model
    def _get_pos_promise_date(self, value):
        try:
            day = fields.Date.to_date(value) if isinstance(value, str) else None
        except ValueError:
            day = None
        return day or fields.Date.add(fields.Date.context_today(self), days=3)

    def _add_from_pos(self, data):
        # First who may read it, then what there is to read.
        vals = {
            name: data[name]
            for name in ("purpose", "visibility")
            if data.get(name) and data[name] != self[name]
        }
        if data.get("promise") and data["promise"] not in self.promise_ids.mapped("name"):
            vals.update(promise=data["promise"], promise_date=data["promise_date"])
            vals["depth"] = self._get_pos_depth(data["promise"])
        if vals:
            self.write(vals)
        return super()._add_from_pos(data)

    @api.model
    def _get_pos_depth(self, line):
        return super()._get_pos_depth(line or self.promise)

    @api.model
    def _remember_from_pos(self, session, note):
        """Keep the line as something to know of the customer, once however often it is sent."""
        Preference = self.env["relationship.preference"].sudo()
        data = self._read_pos_note(session, note)
        kind = self._get_pos_choice(Preference._fields["kind"], note["kind"])
        stored = self.sudo().search([("source_key", "=", data["source_key"])], limit=1)
        # What is private to somebody becomes known to nobody else.
        if not stored or stored.visibility != "company" or not data["summary"]:
            return
        known = Preference.with_context(active_test=False).search_count(
            [("note_id", "=", stored.id), ("kind", "=", kind), ("text", "=", data["summary"])],
            limit=1,
        )
        if not known:
            Preference.create(
                {
                    "partner_id": stored.partner_id.id,
                    "company_id": stored.company_id.id,
                    "kind": kind,
                    "text": data["summary"],
                    "note_id": stored.id,
                    "staff_id": stored.staff_id.id,
                }
            )

    @api.model
    def _claim_from_pos(self, session, note):
        """Store a claim once, however often the till sends it."""
        friend = note["friend"]
        if not isinstance(friend, dict):
            raise ValidationError(self.env._("The friend's name must be text."))
        data = self._read_pos_note(session, note)
        customer = self.env["res.partner"].browse(data["partner_id"])
        code = self._read_pos_code(session, friend, customer)
        referrer = self.env["res.partner"]
        if not code and friend.get("id"):
            referrer = self._find_pos_customer(session, friend["id"])
        name = self._get_pos_line(friend.get("name") or "")
        if not (code or referrer or name):
            return
        try:
            self.env["relationship.referral"]._claim(
                {
                    "referred_id": customer.id,
                    "code": code.code,
                    "referrer_id": referrer.id,
                    "referrer_name": False if code or referrer else name[:NAME_LENGTH],
                    "source": "code" if code else "pos",
                    "company_id": session.company_id.id,
                    "date": data["date"],
                    "staff_id": data["staff_id"],
                    "document_model": "pos.order" if data["order_id"] else False,
                    "document_id": data["order_id"],
                    "source_key": f"{data['source_key']}:friend",
                }
            )
        except UserError as error:
            raise ValidationError(str(error)) from error

    @api.model
    def _read_pos_code(self, session, friend, customer):
        """Return the code a friend gave, also one that was kept as a name without the network.

        :raise ValidationError: when it can't count, so that the till shows why
        """
        Code = self.env["relationship.referral.code"]
        name, text = friend.get("name"), friend.get("code")
        if not text:
            return (
                Code._find(name, session.company_id)
                if (isinstance(name, str) and not friend.get("id"))
                else Code
            )
        if not isinstance(text, str):
            raise ValidationError(self.env._("The friend's code must be text."))
        try:
            return Code._find_for(text, session.company_id, customer)
        except UserError as error:
            raise ValidationError(str(error)) from error
