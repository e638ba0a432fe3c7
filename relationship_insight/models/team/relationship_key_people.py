from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...stats.bond import BOUND, customer_bond

LEAVER_CUSTOMERS = 15
UNTOUCHED_SHOWN = 10
# Share of all spend held by one colleague from which to warn, and to alarm.
WARN, ALARM = 0.2, 0.3


class RelationshipKeyPeople(models.AbstractModel):
    """What would be at risk, in money, if one colleague left."""

    _name = "relationship.key.people"
    _description = "Coverage and Key People"

    @api.model
    def _get_profiles(self):
        """The customers that the figures are about, for whom may see everybody's."""
        if not self.env.user.has_group("relationship_insight.group_relationship_relations"):
            raise AccessError(self.env._("Only Customer Relations see this for everybody."))
        Profile = self.env["relationship.profile"]
        Profile.check_access("read")
        return Profile

    @api.model
    @api.readonly
    def get_key_people(self):
        """Return coverage, and the colleagues on whom customers hang, of the current company.

        Money is the spend of 12 months in the company's currency. ``exposed``: spend of customers
        whose only warm bond is this colleague; ``expected``: the same, each times the key-person
        risk of ``stats.bond``.

        :return: dict with ``coverage``, ``untouched`` (top customers, the largest first),
            ``untouched_count``, ``people``, ``days``, ``currency_id``, ``warn``, ``alarm``,
            ``being_read`` (customers were never read as yet)
        :raise AccessError: for whom only sees their own customers
        """
        Profile = self._get_profiles()
        company = self.env.company
        coverage = Profile._get_stored_coverage(company)
        rows = self.env.execute_query(
            SQL(
                """
            SELECT key_staff_id, COUNT(*), SUM(spend_12m), SUM(spend_12m * key_risk)
              FROM relationship_profile
             WHERE company_id = %s AND key_staff_id IS NOT NULL
          GROUP BY 1 ORDER BY 3 DESC NULLS LAST, 1
            """,
                company.id,
            )
        )
        names = self._get_staff_names([row[0] for row in rows])
        domain = self._get_untouched_domain()
        untouched = Profile.search(domain, limit=UNTOUCHED_SHOWN, order="spend_12m desc, id")
        whole = coverage["spend"]
        return {
            "coverage": coverage,
            "days": company.relationship_coverage_days,
            "currency_id": company.currency_id.id,
            "warn": WARN,
            "alarm": ALARM,
            "being_read": company._relationship_being_read(),
            "untouched_count": Profile.search_count(domain),
            "untouched": [
                {
                    "id": profile.id,
                    "partner_id": profile.commercial_partner_id.id,
                    "name": profile.commercial_partner_id.sudo().display_name,
                    "spend": profile.spend_12m,
                    "text": profile.touch_text,
                    "salesperson": profile.user_id.sudo().name or "",
                }
                for profile in untouched
            ],
            "people": [
                {
                    "staff_id": staff_id,
                    "name": names.get(staff_id, ""),
                    "customers": count,
                    "exposed": float(exposed or 0),
                    "expected": float(expected or 0),
                    "share": float(exposed or 0) / whole if whole else 0,
                }
                for staff_id, count, exposed, expected in rows
            ],
        }

    @api.model
    @api.readonly
    def get_leaver(self, staff_id, second_ids=()):
        """Return what is at risk if this colleague leaves, and what a second warm tie changes.

        :param int staff_id: the colleague's contact
        :param second_ids: customers who are thought to have a second bond of 40
        :return: dict with ``name``, ``exposed``, ``expected``, ``share``, ``customers`` (the
            largest), ``customer_count``
        :raise AccessError: for whom only sees their own customers
        """
        Profile = self._get_profiles()
        if not isinstance(staff_id, int) or not all(isinstance(one, int) for one in second_ids):
            raise UserError(self.env._("This filter doesn't exist."))
        company = self.env.company
        domain = [("company_id", "=", company.id), ("key_staff_id", "=", staff_id)]
        profiles = Profile.search(domain, limit=LEAVER_CUSTOMERS, order="spend_12m desc, id")
        count, exposed, expected = self.env.execute_query(
            SQL(
                """
            SELECT COUNT(*), COALESCE(SUM(spend_12m), 0), COALESCE(SUM(spend_12m * key_risk), 0)
              FROM relationship_profile WHERE company_id = %s AND key_staff_id = %s
            """,
                company.id,
                staff_id,
            )
        )[0]
        exposed, expected = float(exposed), float(expected)
        bonds = self._get_bonds_of(profiles)
        customers = []
        for profile in profiles:
            strengths = bonds.get(profile.commercial_partner_id.id, [])
            risk, second = profile.key_risk, profile.commercial_partner_id.id in second_ids
            if second:
                risk = self._get_risk_with_second(strengths)
                exposed -= profile.spend_12m
                expected += profile.spend_12m * (risk - profile.key_risk)
            helper = strengths[1] if len(strengths) > 1 else None
            customers.append(
                {
                    "id": profile.commercial_partner_id.id,
                    "name": profile.commercial_partner_id.sudo().display_name,
                    "spend": profile.spend_12m,
                    "risk": risk,
                    "second": second,
                    "helper": helper and helper[1] or "",
                    "helper_bond": helper and helper[0] or 0,
                }
            )
        whole = Profile._get_stored_coverage(company)["spend"]
        return {
            "staff_id": staff_id,
            "name": self._get_staff_names([staff_id]).get(staff_id, ""),
            "exposed": max(exposed, 0),
            "expected": max(expected, 0),
            "share": max(exposed, 0) / whole if whole else 0,
            "customer_count": count,
            "customers": customers,
        }

    @api.model
    def _get_risk_with_second(self, strengths):
        """Key-person risk if somebody else, at best the next, had a bond of 40."""
        values = [strength for strength, _name in strengths]
        rest = [*values[2:]]
        return customer_bond([*values[:1], max(BOUND, *values[1:2] or [0]), *rest], []).risk

    @api.model
    def _get_bonds_of(self, profiles):
        """Return {customer id: [(strength, name), strongest first]}."""
        result = {}
        bonds = self.env["relationship.bond"].search(
            [
                ("commercial_partner_id", "in", profiles.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
            ]
        )
        names = self._get_staff_names(bonds.staff_id.ids)
        for bond in bonds:
            result.setdefault(bond.commercial_partner_id.id, []).append(
                (bond.strength, names.get(bond.staff_id.id, ""))
            )
        return result

    @api.model
    def _get_staff_names(self, staff_ids):
        # Colleagues' names are on every conversation; contacts without a login are no secret.
        partners = (
            self.env["res.partner"]
            .sudo()
            .with_context(active_test=False)
            .search_fetch([("id", "in", list(staff_ids))], ["name"])
        )
        return {partner.id: partner.name for partner in partners}

    @api.model
    def _get_untouched_domain(self):
        return [
            ("company_id", "=", self.env.company.id),
            ("is_top", "=", True),
            ("is_untouched", "=", True),
        ]
