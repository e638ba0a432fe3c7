from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...stats.bond import CONCENTRATED, STAY_IN_TOUCH
from ...tools.scope import Scope
from ..evidence.relationship_reading import DIRECT_ORIGINS
from ..insight.relationship_bond import WORD_GROUP

TOP_SHARE = 0.1
HIGH_SHARE = 0.2


class RelationshipProfile(models.Model):
    """Which good customers nobody talks with, and which hang on one colleague alone."""

    _inherit = "relationship.profile"

    is_top = fields.Boolean(
        string="Top Customer",
        compute="_compute_coverage",
        search="_search_is_top",
        help="Among the tenth of customers with the highest spend in 12 months.",
    )
    is_untouched = fields.Boolean(
        string="Untouched",
        compute="_compute_coverage",
        search="_search_is_untouched",
        help="No call, visit or counter talk on record within the days of the settings.",
    )
    touch_text = fields.Char(string="On Record", compute="_compute_coverage")
    key_alert = fields.Boolean(
        string="Key-person Alert",
        compute="_compute_key_alert",
        search="_search_key_alert",
        groups=WORD_GROUP,
        help="A good customer with one warm bond only, who talks with that colleague alone or "
        "would stay in touch if they left.",
    )
    needs_backup = fields.Boolean(
        string="Needs a Backup",
        compute="_compute_needs_backup",
        search="_search_needs_backup",
        help="A top customer whose account team names nobody who steps in.",
    )

    @api.depends("spend_12m", "last_talk", "company_id")
    @api.depends_context("lang")
    def _compute_coverage(self):
        for company, profiles in self.grouped("company_id").items():
            cut = self._get_spend_cut(company, "top")
            days = company.sudo().relationship_coverage_days
            today = company._relationship_today()
            for profile in profiles:
                last = profile.last_talk and profile.last_talk.date()
                age = (today - last).days if last else None
                profile.is_top = profile.spend_12m > 0 and profile.spend_12m >= cut
                profile.is_untouched = age is None or age > days
                profile.touch_text = (
                    self.env._("No call, visit or counter talk recorded")
                    if age is None
                    else self.env._("Last talk recorded %(days)s days ago", days=age)
                )

    @api.depends("key_staff_id", "spend_12m", "contact_hhi")
    def _compute_key_alert(self):
        found = self.search([("id", "in", self.ids), ("key_alert", "=", True)])
        for profile in self:
            profile.key_alert = profile in found

    @api.depends("spend_12m")
    def _compute_needs_backup(self):
        found = self.search([("id", "in", self.ids), ("needs_backup", "=", True)])
        for profile in self:
            profile.needs_backup = profile in found

    def _search_is_top(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_spend_domain("top")

    def _search_is_untouched(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & (
                Domain("last_talk", "=", False)
                | Domain("last_talk", "<", self._get_untouched_since(company))
            )
            for company in self.env.companies
        )

    def _search_key_alert(self, operator, value):
        if operator != "in":
            return NotImplemented
        stay = (
            self.env["relationship.reading"]
            .sudo()
            ._search(
                [
                    ("measure_id.code", "=", "M09_move"),
                    ("value", ">=", STAY_IN_TOUCH),
                    ("voided", "=", False),
                    ("na", "=", False),
                    ("origin", "in", DIRECT_ORIGINS),
                    ("staff_id", "!=", False),
                ]
            )
        )
        return (
            self._get_spend_domain("high")
            & Domain("key_staff_id", "!=", False)
            & (
                Domain("contact_hhi", ">=", CONCENTRATED)
                | Domain("commercial_partner_id", "in", stay.subselect("commercial_partner_id"))
            )
        )

    def _search_needs_backup(self, operator, value):
        if operator != "in":
            return NotImplemented
        backed = (
            self.env["relationship.account.team"]
            .sudo()
            ._search(
                [
                    ("role", "=", "backup"),
                    ("is_current", "=", True),
                    ("company_id", "in", self.env.companies.ids),
                ]
            )
        )
        return self._get_spend_domain("top") & Domain(
            "commercial_partner_id", "not in", backed.subselect("commercial_partner_id")
        )

    @api.model
    def _get_untouched_since(self, company):
        """Return the moment before which a last talk counts as too long ago."""
        return self._get_since(company, company.sudo().relationship_coverage_days)

    @api.model
    def _get_since(self, company, days):
        """Return the moment from which on something is at most so many of its days ago."""
        day = company._relationship_today() - timedelta(days=days + 1)
        return Scope.at(company, day).until

    @api.model
    def _get_spend_domain(self, share):
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("spend_12m", ">", 0)
            & Domain("spend_12m", ">=", self._get_spend_cut(company, share))
            for company in self.env.companies
        )

    @api.model
    def _get_spend_cut(self, company, share):
        """Return from which spend on a customer is among the top tenth, or the high fifth."""
        calibration = (
            self.env["relationship.calibration"]
            .sudo()
            .search([("company_id", "=", company.id)], limit=1)
        )
        cuts = (calibration.rate_grid or {}).get("spend_cuts") or self._read_spend_cuts(company)
        return cuts[share]

    @api.model
    def _refresh_effects(self, scope, columns, calibration):
        effects = super()._refresh_effects(scope, columns, calibration)
        if scope.customers is None:
            effects.append(("borders and coverage", partial(self._store_borders, calibration)))
        return effects

    @api.model
    def _store_borders(self, calibration):
        """Keep tonight's borders too, so that no screen has to rank every customer."""
        calibration.rate_grid = {
            **calibration.rate_grid,
            "spend_cuts": self._read_spend_cuts(calibration.company_id),
            "coverage": self._read_coverage(calibration.company_id),
        }

    @api.model
    def _read_spend_cuts(self, company):
        """Return the least spend among the top tenth and the high fifth of paying customers."""
        top, high = self.env.execute_query(
            SQL(
                """
            WITH paying AS (
                SELECT spend_12m, ROW_NUMBER() OVER (ORDER BY spend_12m DESC) AS place,
                       COUNT(*) OVER () AS whole
                  FROM relationship_profile WHERE company_id = %(company)s AND spend_12m > 0
            )
            SELECT MIN(spend_12m) FILTER (WHERE place <= CEIL(whole * %(top)s)),
                   MIN(spend_12m) FILTER (WHERE place <= CEIL(whole * %(high)s))
              FROM paying
            """,
                company=company.id,
                top=SQL(repr(TOP_SHARE)),
                high=SQL(repr(HIGH_SHARE)),
            )
        )[0]
        return {"top": float(top or 0), "high": float(high or 0)}

    @api.model
    def _get_stored_coverage(self, company):
        """Return what ``_read_coverage`` found last night, or finds now before a first night."""
        calibration = (
            self.env["relationship.calibration"]
            .sudo()
            .search([("company_id", "=", company.id)], limit=1)
        )
        return (calibration.rate_grid or {}).get("coverage") or self._read_coverage(company)

    @api.model
    def _read_coverage(self, company):
        """Return how many paying customers, and how much of their spend, had a talk lately."""
        row = self.env.execute_query(
            SQL(
                """
            SELECT COUNT(*), COALESCE(SUM(spend_12m), 0),
                   COUNT(*) FILTER (WHERE last_talk >= %(recent)s),
                   COALESCE(SUM(spend_12m) FILTER (WHERE last_talk >= %(recent)s), 0),
                   COUNT(*) FILTER (WHERE last_talk >= %(half)s),
                   COUNT(*) FILTER (WHERE last_reading >= %(half)s)
              FROM relationship_profile WHERE company_id = %(company)s AND spend_12m > 0
            """,
                company=company.id,
                recent=self._get_since(company, company.relationship_coverage_days),
                half=self._get_since(company, 180),
            )
        )[0]
        names = ("customers", "spend", "touched", "spend_touched", "touched_180", "heard_180")
        return dict(zip(names, map(float, row)))
