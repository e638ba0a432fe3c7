from odoo import api, fields, models
from odoo.fields import Domain

from .relationship_profile import CLASS_HELP, LOYALTY_CLASSES


class ResPartner(models.Model):
    _inherit = "res.partner"

    relationship_profile_id = fields.Many2one(
        "relationship.profile",
        string="Customer Insight",
        compute="_compute_relationship",
        search="_search_relationship_profile_id",
        groups="relationship_insight.group_relationship_staff",
    )
    relationship_class = fields.Selection(
        LOYALTY_CLASSES,
        string="Customer Class",
        help=CLASS_HELP,
        compute="_compute_relationship",
        search="_search_relationship_class",
        groups="relationship_insight.group_relationship_staff",
    )
    relationship_bond_ids = fields.One2many(
        "relationship.bond",
        "commercial_partner_id",
        string="Bonds with Staff",
        readonly=True,
        groups="relationship_insight.group_relationship_staff",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid")
    def _compute_relationship(self):
        profiles = self.env["relationship.profile"].search_fetch(
            [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
            ],
            ["commercial_partner_id", "loyalty_class"],
        )
        by_customer = {profile.commercial_partner_id.id: profile for profile in profiles}
        for partner in self:
            profile = by_customer.get(partner.commercial_partner_id.id)
            partner.relationship_profile_id = profile
            partner.relationship_class = profile and profile.loyalty_class

    def _search_relationship_profile_id(self, operator, value):
        return self._search_by_profile("id", operator, value)

    def _search_relationship_class(self, operator, value):
        return self._search_by_profile("loyalty_class", operator, value)

    def _search_by_profile(self, field, operator, value):
        if operator != "in":
            return NotImplemented

        def customers(domain):
            query = profiles._search(Domain("company_id", "=", self.env.company.id) & domain)
            return query.subselect(
                profiles._field_to_sql(profiles._table, "commercial_partner_id", query)
            )

        profiles = self.env["relationship.profile"]
        domain = Domain(
            "commercial_partner_id", "in", customers(Domain(field, "in", [v for v in value if v]))
        )
        if False in value:
            domain |= Domain("commercial_partner_id", "not in", customers(Domain.TRUE))
        return domain

    def action_open_relationship_profile(self):
        """Open the insight into this customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customer Insight"),
            "res_model": "relationship.profile",
            "res_id": self.relationship_profile_id.id,
            "view_mode": "form",
        }

    def _before_move(self, vals):
        return {**super()._before_move(vals), "customers": self.commercial_partner_id.ids}

    def _after_move(self, before):
        """Whoever now buys for somebody else is read anew."""
        res = super()._after_move(before)
        self.env["relationship.refresh.queue"]._add_buyers(
            before["customers"] + self.commercial_partner_id.ids
        )
        return res
