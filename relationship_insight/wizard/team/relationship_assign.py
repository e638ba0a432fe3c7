from odoo import fields, models
from odoo.exceptions import UserError


class RelationshipAssign(models.TransientModel):
    """A salesperson for some customers."""

    _name = "relationship.assign"
    _description = "Assign Customers"
    _inherit = "relationship.each"

    user_id = fields.Many2one(
        "res.users", string="Salesperson", required=True, domain=[("share", "=", False)]
    )

    def action_assign(self):
        """Assign those the user may change; say how many weren't theirs to give.

        Staff give away their own customers and those nobody has. Taking one from a colleague is
        for Customer Relations.
        """
        self.ensure_one()
        self._check_customers()
        user = self.user_id
        if user.share or self.env.company not in user.sudo().company_ids:
            raise UserError(self.env._("Choose a colleague of this company."))
        customers = self.partner_ids.commercial_partner_id
        allowed = customers._filtered_access("write")
        if not self.env.user.has_group("relationship_insight.group_relationship_relations"):
            allowed = allowed.filtered(lambda c: not c.user_id or c.user_id == self.env.user)
        if not allowed:
            raise UserError(self.env._("None of these customers is yours to give."))
        # No mail to the colleague for each of them.
        allowed.with_context(mail_auto_subscribe_no_notify=True).user_id = user
        message = self.env._(
            "%(count)s customers belong to %(user)s now.", count=len(allowed), user=user.name
        )
        if left := len(customers - allowed):
            message += " " + self.env._(
                "%(count)s are a colleague's or closed to you, and stay as they were.", count=left
            )
        return self._tell(message)
