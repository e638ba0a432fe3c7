from odoo import api, fields, models

REFERRER_FIELDS = {"referrer_id", "referrer_name", "partner_id", "visibility"}


class RelationshipNote(models.Model):
    _inherit = "relationship.note"

    referrer_id = fields.Many2one(
        "res.partner",
        string="A Friend Brought Them",
        index="btree_not_null",
        ondelete="set null",
        help="The customer who told them about us.",
    )
    referrer_name = fields.Char(string="Or Their Name")

    @api.model_create_multi
    def create(self, vals_list):
        notes = super().create(vals_list)
        notes._claim_referrals()
        return notes

    def write(self, vals):
        res = super().write(vals)
        if REFERRER_FIELDS & set(vals):
            self._claim_referrals()
        return res

    def _claim_referrals(self):
        """Who brought the customer becomes a referral; what not everybody may read stays there."""
        Referral = self.env["relationship.referral"]
        for note in self._get_shared():
            if note.referrer_id or (note.referrer_name or "").strip():
                Referral._claim(
                    {
                        "referred_id": note.partner_id.id,
                        "referrer_id": note.referrer_id.id,
                        "referrer_name": False if note.referrer_id else note.referrer_name.strip(),
                        "company_id": note.company_id.id,
                        "source": "staff",
                        "date": note.date,
                        "staff_id": note.staff_id.id,
                        "note_id": note.id,
                    }
                )
