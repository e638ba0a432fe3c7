from odoo import api, fields, models
from odoo.fields import Domain

ROLES = [("primary", "Primary"), ("secondary", "Secondary"), ("backup", "Backup")]


class RelationshipAccountTeam(models.Model):
    """Who looks after a customer, in which role, from when to when."""

    _name = "relationship.account.team"
    _description = "Account Team Member"
    _inherit = "relationship.guarded"
    _order = "commercial_partner_id, date_to desc, role, id"
    _rec_name = "staff_id"
    _check_company_auto = True

    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('parent_id', '=', False)]",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    staff_id = fields.Many2one(
        "res.partner",
        string="Colleague",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.user.partner_id,
    )
    role = fields.Selection(ROLES, required=True, default="primary")
    date_from = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_to = fields.Date(string="Until", help="Empty while they still do it.")
    is_current = fields.Boolean(
        string="Now", compute="_compute_is_current", search="_search_is_current"
    )

    _dates_check = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)", "The end can't come before the start."
    )
    _open_uniq = models.UniqueIndex(
        "(commercial_partner_id, company_id, staff_id, role) WHERE date_to IS NULL",
        "This colleague has this role already.",
    )
    _primary_uniq = models.UniqueIndex(
        "(commercial_partner_id, company_id) WHERE role = 'primary' AND date_to IS NULL",
        "A customer has one primary colleague at a time: end the other one first.",
    )

    @api.depends("date_from", "date_to")
    def _compute_is_current(self):
        today = fields.Date.context_today(self)
        for member in self:
            member.is_current = (
                bool(member.date_from)
                and member.date_from <= today
                and (not member.date_to or member.date_to >= today)
            )

    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        current = Domain("date_from", "<=", today) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", today)
        )
        return current if True in value else ~current

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever is picked, the account belongs to the company or person that buys."""
        Partner = self.env["res.partner"]
        for vals in vals_list:
            if vals.get("commercial_partner_id"):
                customer = Partner.browse(vals["commercial_partner_id"]).commercial_partner_id
                vals["commercial_partner_id"] = customer.id
        return super().create(vals_list)
