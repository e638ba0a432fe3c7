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
        referrer = self.env["res.partner"]
        if friend.get("id"):
            referrer = self._get_pos_customer(session, friend["id"])
        name = self._get_pos_line(friend.get("name") or "")
        if not referrer and not name:
            return
        try:
            self.env["relationship.referral"]._claim({
                "referred_id": data["partner_id"],
                "referrer_id": referrer.id,
                "referrer_name": False if referrer else name[:NAME_LENGTH],
                "source": "pos",
                "company_id": session.company_id.id,
                "date": data["date"],
                "staff_id": data["staff_id"],
                "document_model": "pos.order" if data["order_id"] else False,
                "document_id": data["order_id"],
                "source_key": f"{data['source_key']}:friend",
            })
        except UserError as error:
            raise ValidationError(str(error)) from error
