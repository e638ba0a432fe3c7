from datetime import date, datetime, timedelta

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

STAFF = "relationship_insight.group_relationship_staff"
RELATIONS = "relationship_insight.group_relationship_relations"
MANAGER = "relationship_insight.group_relationship_manager"


class CardCase(TransactionCase):
    """One company with a user of every role, and the evidence and insight of a few customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "relationship_no_refresh": True}
        )
        cls.company = cls.env["res.company"].create({"name": "Card Store"})
        cls.other_company = cls.env["res.company"].create({"name": "Other Store"})
        cls.rep = cls.new_user("card_rep", STAFF)
        cls.colleague = cls.new_user("card_colleague", STAFF)
        cls.relations = cls.new_user("card_relations", RELATIONS)
        cls.manager = cls.new_user("card_manager", MANAGER)
        cls.plain = cls.new_user("card_plain", "base.group_partner_manager")
        cls.cashier = cls.new_user("card_cashier", "point_of_sale.group_pos_user")
        cls.measures = {
            measure.code: measure for measure in cls.env["relationship.measure"].search([])
        }
        cls.today = date.today()

    @classmethod
    def new_user(cls, login, group, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            groups=f"base.group_user,base.group_allow_export,{group}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def new_customer(cls, name="Customer", **vals):
        return cls.env["res.partner"].create({"name": name, **vals})

    @classmethod
    def new_profile(cls, partner, **vals):
        return cls.env["relationship.profile"].create(
            {
                "commercial_partner_id": partner.commercial_partner_id.id,
                "company_id": cls.company.id,
                "date": cls.today,
                **vals,
            }
        )

    @classmethod
    def rich_values(cls, **vals):
        location = cls.measures["M16_location"]
        return {
            "loyalty_class": "spurious",
            "confidence": "medium",
            "class_date": cls.today - timedelta(days=40),
            "p_true": 0.1,
            "p_latent": 0.05,
            "p_spurious": 0.72,
            "p_low": 0.13,
            "purchase_days": 24,
            "rate_year": 12.5,
            "behaviour_pct": 90,
            "p_behaviour": 0.82,
            "first_purchase": cls.today - timedelta(days=700),
            "last_purchase": cls.today - timedelta(days=9),
            "spend_12m": 1200,
            "spend_total": 3000,
            "gap_median": 14,
            "overdue_ratio": 0.6,
            "attitude": 42,
            "attitude_se": 8,
            "attitude_count": 3,
            "attitude_basis": "relative",
            "attitude_date": cls.today - timedelta(days=30),
            "feeling_balance": 55,
            "feeling_positive": 3.2,
            "feeling_negative": 2.8,
            "event_positive": 2,
            "event_negative": 1,
            "motive_id": location.id,
            "motive_count": 2,
            "motives": {
                str(location.id): 0.5,
                str(cls.measures["M16_price"].id): 0.3,
                str(cls.measures["M16_staff"].id): 0.2,
            },
            "bond": 48,
            "talk_count": 2,
            "last_talk": datetime.now() - timedelta(days=20),
            "ask_next": "pride",
            **vals,
        }

    @classmethod
    def new_readings(cls, partner, code="M02_glad", count=1, **vals):
        return cls.env["relationship.reading"].create(
            [
                {
                    "measure_id": cls.measures[code].id,
                    "partner_id": partner.id,
                    "company_id": cls.company.id,
                    "date": datetime.now() - timedelta(days=number + 1),
                    "value": 2,
                    **vals,
                }
                for number in range(count)
            ]
        )

    @classmethod
    def new_note(cls, partner, user, **vals):
        return (
            cls.env["relationship.note"]
            .with_user(user)
            .with_context(allowed_company_ids=user.company_ids.ids)
            .create(
                {
                    "partner_id": partner.id,
                    "company_id": user.company_id.id,
                    "date": datetime.now() - timedelta(days=3),
                    "summary": "Asked for a quiet table.",
                    **vals,
                }
            )
        )

    def as_user(self, user, model):
        """The model as this user, with nothing in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        Model = (
            self.env[model].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        )
        # What any request has read before it reaches the model.
        Model.env.user.fetch()
        Model.env.company.fetch()
        return Model

    def card(self, partner, user=None):
        return self.as_user(user or self.relations, "relationship.card").get_customer_card(
            partner.id
        )
