from odoo import api, models


class RelationshipNote(models.Model):
    _inherit = "relationship.note"

    @api.model_create_multi
    def create(self, vals_list):
        notes = super().create(vals_list)
        notes._stop_case_clocks()
        return notes

    def _stop_case_clocks(self):
        """A talk logged from a care case is the first contact with its customer.

        One that not everybody may read moves no clock that others see, and neither does a call
        that nobody answered.
        """
        case_ids = (
            self._get_shared()
            .filtered(
                lambda n: n.order_model == "relationship.case" and n.channel != "call_missed",
            )
            .mapped("order_id")
        )
        cases = self.env["relationship.case"].browse(case_ids).exists()._filtered_access("write")
        cases.filtered(lambda case: case.state == "new").action_contacted()
