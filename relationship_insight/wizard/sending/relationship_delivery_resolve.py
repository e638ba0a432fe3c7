from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.exceptions import UserError

UNDECIDED = ("uncertain", "failed")


class RelationshipDeliveryResolve(models.TransientModel):
    _name = "relationship.delivery.resolve"
    _description = "Decide About Messages"
    _inherit = "relationship.guarded"

    delivery_ids = fields.Many2many("relationship.delivery", string="Messages")
    delivery_count = fields.Integer(compute="_compute_delivery_count")
    decision = fields.Selection(
        [
            ("sent", "They arrived: mark as sent"),
            ("again", "They did not arrive: send again"),
        ],
        required=True,
        default="sent",
    )
    reason = fields.Char(required=True, help="How you know, for whoever looks at it later.")

    @api.depends("delivery_ids")
    def _compute_delivery_count(self):
        for wizard in self:
            wizard.delivery_count = len(wizard.delivery_ids)

    def action_apply(self):
        """Do what was decided, for the messages that still wait for a decision."""
        self.ensure_one()
        self.delivery_ids.check_access("read")
        # One that got decided meanwhile isn't decided twice.
        deliveries_sudo = self.delivery_ids.sudo().try_lock_for_update()
        deliveries_sudo.invalidate_recordset(["state"])
        if self.decision == "sent":
            deliveries_sudo = deliveries_sudo.filtered(lambda d: d.state == "uncertain")
        else:
            deliveries_sudo = deliveries_sudo.filtered(lambda d: d.state in UNDECIDED)
        if not deliveries_sudo:
            raise UserError(self.env._("None of these messages waits for a decision any more."))
        try:
            with self.env.cr.savepoint():
                deliveries_sudo._resolve(self.decision, self.reason, self.env.user)
        except ExclusionViolation as error:
            raise UserError(
                self.env._(
                    "Another campaign has asked one of these customers since. Nobody is asked "
                    "twice within 24 hours."
                )
            ) from error
        return {"type": "ir.actions.act_window_close"}
