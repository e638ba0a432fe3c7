from odoo import api, models
from odoo.exceptions import ConcurrencyError

NAMED = "M18_who"


class RelationshipReading(models.Model):
    _inherit = "relationship.reading"

    @api.model_create_multi
    def create(self, vals_list):
        readings = super().create(vals_list)
        readings._claim_referrals()
        return readings

    def _claim_referrals(self):
        """A friend named in an answer becomes a claim; a code they gave is looked up."""
        Referral = self.env["relationship.referral"]
        named = self.filtered(
            lambda reading: (
                reading.measure_id.code == NAMED
                and not reading.na
                and not reading.voided
                and (reading.text or "").strip()
                and reading.partner_id
            )
        )
        for reading in named.sudo():
            text = reading.text.strip()
            owner = self.env["relationship.referral.code"]._find(text, reading.company_id)
            vals = {
                "referred_id": reading.partner_id.id,
                "company_id": reading.company_id.id,
                "date": reading.date,
                "source": {"survey": "survey", "pulse": "pulse", "import": "import"}.get(
                    reading.origin, "staff"
                ),
                "source_key": f"reading:{reading.id}",
                **({"code": text} if owner else {"referrer_name": text[:200]}),
            }
            if reading.staff_id and reading.origin == "staff":
                vals["staff_id"] = reading.staff_id.id
            try:
                Referral._claim(vals)
            except ConcurrencyError:
                # The same friend was just named elsewhere: it is known already.
                continue
