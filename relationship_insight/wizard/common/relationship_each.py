from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

MOST = 1000


class RelationshipEach(models.AbstractModel):
    """Something that is done with each of some customers, chosen in a list."""

    _name = "relationship.each"
    _description = "For Each of Some Customers"
    _inherit = "relationship.guarded"

    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)
    customer_count = fields.Integer(compute="_compute_customer_count")

    @api.depends("partner_ids")
    def _compute_customer_count(self):
        for wizard in self:
            wizard.customer_count = len(wizard.partner_ids)

    @api.model
    def default_get(self, fields):
        """Take the chosen contacts, or the customers behind chosen rows of ours."""
        values = super().default_get(fields)
        model, ids = self.env.context.get("active_model"), self.env.context.get("active_ids")
        if "partner_ids" in fields and ids and not values.get("partner_ids"):
            if model == "res.partner":
                values["partner_ids"] = [Command.set(ids)]
            elif model:
                Model = self.env[model]
                field = getattr(Model, "_doing_with", "commercial_partner_id")
                if field in Model._fields:
                    values["partner_ids"] = [Command.set(Model.browse(ids)[field].ids)]
        return values

    def _check_customers(self):
        """Refuse nobody, too many, and whom the user can't see, before anything is done."""
        partners = self.partner_ids
        if not partners:
            raise UserError(self.env._("Choose the customers first."))
        if len(partners) > MOST:
            raise UserError(self.env._("Choose at most %(most)s customers at a time.", most=MOST))
        readable = partners._filtered_access("read")
        if readable != partners:
            raise UserError(
                self.env._(
                    "%(count)s of these customers aren't open to you. Take them off the list.",
                    count=len(partners - readable),
                )
            )

    @api.model
    def _tell(self, message, title=None):
        """Close the dialog and say what was done; the list behind it is read again."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": title,
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
