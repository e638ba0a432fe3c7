from datetime import date, timedelta

from ..common_card import CardCase


class InterviewCase(CardCase):
    """A study of a company, with customers to draw from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.relationship_holdout_share = 0
        cls.company.partner_id.tz = "Asia/Bangkok"

    @classmethod
    def new_buyer(cls, name, tenure=500, **profile):
        partner = cls.new_customer(name, email=f"{name.lower().replace(' ', '.')}@example.com")
        cls.new_profile(partner, first_purchase=date.today() - timedelta(days=tenure), **profile)
        return partner

    @classmethod
    def new_study(cls, *quotas, **vals):
        study = (
            cls.env["relationship.study"]
            .with_user(cls.relations)
            .with_context(allowed_company_ids=cls.company.ids)
            .create(
                {
                    "name": "Coming back",
                    "question": "Why do they come back?",
                    "interviewer_ids": [(6, 0, cls.relations.ids)],
                    "question_ids": [(0, 0, {"question": "How was your last visit?"})],
                    "quota_ids": [(0, 0, quota) for quota in quotas or ({"wanted": 2},)],
                    **vals,
                }
            )
        )
        study.action_start()
        return study

    def states(self, study):
        """{customer: state, or reason if left out}"""
        self.env.invalidate_all()
        return {
            one.partner_id: one.reason if one.state == "left_out" else one.state
            for one in study.sudo().interviewee_ids
        }
