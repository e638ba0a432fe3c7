from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from ...models.campaign.planner import waves

NOW = datetime(2026, 6, 3, 3, 0)  # a Wednesday, 10:00 in Bangkok
STAFF = "base.group_user,relationship_insight.group_relationship_staff"
RELATIONS = "base.group_user,relationship_insight.group_relationship_relations"
MANAGER = "base.group_user,relationship_insight.group_relationship_manager"


class CampaignCase(TransactionCase):
    """A company of its own with customers, and a campaign that asks them one question."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={
                **cls.env.context,
                "tracking_disable": True,
                "relationship_no_refresh": True,
                "mail_create_nosubscribe": True,
            }
        )
        cls.company = cls.env["res.company"].create(
            {"name": "Asking Store", "relationship_holdout_share": 0}
        )
        cls.company.partner_id.tz = "Asia/Bangkok"
        cls.company._note_relationship_refresh(NOW)
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.Ledger = cls.env["relationship.eligibility"]
        cls.Invitation = cls.env["relationship.invitation"]
        cls.pulse = cls.make_instrument("pulse_test", "M04_visit")
        cls.check = cls.make_instrument("check_test", "M01", is_relationship=True, is_deep=True)

    @classmethod
    def new_user(cls, login, groups):
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def measure(cls, code):
        return cls.env["relationship.measure"].search([("code", "=", code)])

    @classmethod
    def make_instrument(cls, code, *measures, live=True, **vals):
        instrument = cls.env["relationship.instrument"].create(
            {
                "name": code,
                "code": code,
                **vals,
                "version_ids": [
                    Command.create(
                        {
                            "number": 1,
                            "item_ids": [
                                Command.create({"measure_id": cls.measure(name).id})
                                for name in measures
                            ],
                        }
                    )
                ],
            }
        )
        if live:
            instrument.version_ids.action_go_live()
        return instrument

    @classmethod
    def make_customers(cls, count, first=0, profile=None, **vals):
        partners = cls.env["res.partner"].create(
            [
                {"name": f"Asked {number}", "email": f"asked{number}@example.com", **vals}
                for number in range(first, first + count)
            ]
        )
        cls.env["relationship.profile"].create(
            [
                {
                    "commercial_partner_id": partner.id,
                    "company_id": cls.company.id,
                    "first_purchase": NOW.date() - timedelta(days=400),
                    "last_purchase": NOW.date() - timedelta(days=40),
                    **(profile or {}),
                }
                for partner in partners
            ]
        )
        return partners

    @classmethod
    def make_campaign(cls, instrument=None, run=True, **vals):
        campaign = cls.env["relationship.campaign"].create(
            {
                "name": "Campaign",
                "company_id": cls.company.id,
                "instrument_id": (instrument or cls.pulse).id,
                "drip_days": 1,
                "refreshment_share": 0,
                **vals,
            }
        )
        if run:
            campaign.action_start()
        return campaign

    @classmethod
    def make_invitation(cls, campaign, partner, days_ago, **vals):
        """An invitation of the past, sent and not answered unless the values say so."""
        date = NOW - timedelta(days=days_ago)
        return cls.Invitation.create(
            {
                "campaign_id": campaign.id,
                "company_id": cls.company.id,
                "partner_id": partner.id,
                "version_id": campaign.instrument_id.version_ids[0].id,
                "channel": "email",
                "state": "sent",
                "date_planned": date,
                "date_sent": date,
                "date_expire": date + timedelta(days=30),
                **vals,
            }
        )

    @classmethod
    def plan_waves(cls, campaign, now):
        waves.plan_waves(cls.env["relationship.planner"]._get_scope(cls.company, now), campaign)

    def plan(self):
        count = self.env["relationship.planner"]._plan(self.company)
        self.env.invalidate_all()
        return count

    def line(self, campaign, partner):
        return self.Ledger.search(
            [("campaign_id", "=", campaign.id), ("partner_id", "=", partner.id)]
        )

    def outcome(self, campaign, partner):
        line = self.line(campaign, partner)
        return line.outcome, line.reason
