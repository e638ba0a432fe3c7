from odoo import api, models


class RelationshipCase(models.Model):
    """Who takes care: there is somebody, or nothing is promised."""

    _inherit = "relationship.case"

    @api.model
    def _find_owner(self, partner, company, fallback=None, besides=None):
        """Return who takes care of a customer; empty only where nobody in the company could.

        The customer's salesperson, the fallback, the company's person for care, one of Customer
        Relations, one of their managers: the first who may work there and see cases.

        :param partner: the customer, may be empty
        :param fallback: users to ask before the company's person for care
        :param besides: contact of the one whom it is about, who is left out
        """
        users = (
            partner.user_id | partner.commercial_partner_id.user_id
            | (fallback or self.env["res.users"]) | company.relationship_case_user_id).sudo()
        found = users.filtered(lambda user: user._may_own_cases(company, besides))
        return found[:1] or self._find_desk_owner(company, besides)

    @api.model
    def _find_desk_owner(self, company, besides):
        desk, managers = (
            self.env.ref(f"relationship_insight.group_relationship_{name}")
            for name in ("relations", "manager"))
        users = self.env["res.users"].sudo().search([
            ("all_group_ids", "in", desk.ids), ("company_ids", "in", company.ids),
            ("share", "=", False)], order="id")
        users = users.filtered(lambda user: user._may_own_cases(company, besides))
        return users.sorted(lambda user: managers in user.all_group_ids)[:1]


class ResUsers(models.Model):
    _inherit = "res.users"

    def _may_own_cases(self, company, besides=None):
        return (
            self.active and not self.share and company in self.company_ids
            and self.partner_id != besides
            and self.has_group("relationship_insight.group_relationship_staff"))
