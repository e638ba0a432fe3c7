from odoo import api, models
from odoo.exceptions import UserError, ValidationError

NAME_LENGTH = 80


class RelationshipNote(models.Model):
    _inherit = "relationship.note"

    @api.model
    def _store_from_pos(self, session, note):
        """Take up who brought the customer, told at the till, beside what was noted."""
        stored = super()._store_from_pos(session, note)
        if stored and note.get("friend"):
            self._claim_from_pos(session, note)
        return stored

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
            self.env["relationship.referral"]._claim({
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
            })
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
            return Code._find(name, session.company_id) if (
                isinstance(name, str) and not friend.get("id")) else Code
        if not isinstance(text, str):
            raise ValidationError(self.env._("The friend's code must be text."))
        try:
            return Code._find_for(text, session.company_id, customer)
        except UserError as error:
            raise ValidationError(str(error)) from error
