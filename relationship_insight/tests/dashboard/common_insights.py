from odoo import fields
from odoo.tests import TransactionCase, new_test_user

CLASSES = ("true", "latent", "spurious", "low")
THETA_YEAR = 12.0
THRESHOLD = 65.0


class InsightCase(TransactionCase):
    """A company of its own, so that the figures of a database in use don't mix in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {
                "name": "Insight Store",
                "relationship_attitude_threshold": THRESHOLD,
                "relationship_minimum_group": 5,
            }
        )
        cls.manager = cls._new_user("insight_manager", "group_relationship_manager")
        cls.rep = cls._new_user("insight_rep", "group_relationship_staff")
        cls.measures = {
            measure.code: measure for measure in cls.env["relationship.measure"].search([])
        }

    @classmethod
    def _new_user(cls, login, group):
        return new_test_user(
            cls.env,
            login,
            groups=f"base.group_user,relationship_insight.{group}",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
            tz="Asia/Bangkok",
        )

    def insight(self, method, filters=None, user=None):
        """Call a method of the page as a user of the company, with nothing cached."""
        self.env.flush_all()
        Insights = (
            self.env["relationship.insights"]
            .with_user(user or self.manager)
            .with_context(allowed_company_ids=self.company.ids, tz="Asia/Bangkok")
        )
        Insights.env.invalidate_all()
        return getattr(Insights, method)(*([] if method == "get_insight_options" else [filters]))

    @classmethod
    def new_customers(cls, vals_list, **partner_vals):
        """Create a customer with its profile for each dict of profile values."""
        company = partner_vals.pop("profile_company", cls.company)
        partners = cls.env["res.partner"].create(
            [{"name": f"Customer {number}", **partner_vals} for number in range(len(vals_list))]
        )
        return cls.env["relationship.profile"].create(
            [
                {
                    "commercial_partner_id": partner.id,
                    "company_id": company.id,
                    "date": fields.Date.today(),
                    **vals,
                }
                for partner, vals in zip(partners, vals_list)
            ]
        )

    @classmethod
    def calibrate(cls, theta_year=THETA_YEAR):
        cls.env["relationship.calibration"].create(
            {
                "company_id": cls.company.id,
                "date": fields.Date.today(),
                "params": {"theta": theta_year / 365},
            }
        )


def judged(attitude, rate, loyalty_class, chances, **vals):
    """Values of a profile that can be judged."""
    return {
        "attitude": attitude,
        "attitude_count": 1,
        "rate_year": rate,
        "loyalty_class": loyalty_class,
        **{f"p_{key}": chance for key, chance in zip(CLASSES, chances)},
        **vals,
    }


def unknown(reason, **vals):
    """Values of a profile nobody can judge."""
    return {"loyalty_class": "unknown", "unknown_reason": reason, **vals}
