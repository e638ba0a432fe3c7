from datetime import timedelta

from odoo.tests import freeze_time, tagged

from ..campaign.common_campaign import NOW, CampaignCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestInterviewRest(CampaignCase):
    def test_who_is_asked_for_a_talk_rests_from_campaigns(self):
        asked, held, long_ago, free = self.make_customers(4)
        study = self.env["relationship.study"].create(
            {"name": "Why", "question": "Why?", "company_id": self.company.id}
        )
        self.env["relationship.interviewee"].create(
            [
                {
                    "study_id": study.id,
                    "company_id": self.company.id,
                    "partner_id": partner.id,
                    "state": "invited",
                    "date_invited": NOW - timedelta(days=days),
                    "date_held": days == 40 and NOW - timedelta(days=9),
                }
                for partner, days in ((asked, 5), (held, 40), (long_ago, 50))
            ]
        )
        campaign = self.make_campaign()
        self.plan()
        self.assertEqual(
            [self.outcome(campaign, each) for each in (asked, held, long_ago, free)],
            [
                ("skipped", "quarantine"),
                ("skipped", "quarantine"),
                ("invited", "invited"),
                ("invited", "invited"),
            ],
        )
