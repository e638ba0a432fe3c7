from datetime import timedelta

from odoo import api, fields, models

GUIDE = (
    ("Tell me about the last time you came to us.", "What came before?\nWhat stayed with you?"),
    ("When did somebody here surprise you?", "Can you give me an example?"),
    ("What would have to happen for you to go elsewhere?", "And what would bring you back?"),
)
# A talk in words; whoever asks, then whoever answers.
TALK = (
    "Tell me about the last time you came to us.",
    "I only wanted a bag of coffee. Nok remembered that my mother was ill and asked after her.",
    "What stayed with you?",
    "That she asked before I had paid. I told my sister about it the same evening.",
    "What would have to happen for you to go elsewhere?",
    "If nobody knew me any more. The coffee I could get nearer to home.",
)
HELD_DAYS = 12
BOOKED_DAYS = 3


class RelationshipDemo(models.AbstractModel):
    _inherit = "relationship.demo"

    @api.model
    def _create_study(self):
        """A study whose first talk was held, a second has its date, and others were invited."""
        asks = self.env.ref("relationship_insight.demo_user_relations")
        study = self.env["relationship.study"].create(
            {
                "name": "Why do they come back?",
                "question": "What makes somebody come back who could buy nearer to home?",
                "title": "How we can do better for you",
                "introduction": "We would like to understand what matters to you when you shop.",
                "user_id": asks.id,
                "interviewer_ids": [(6, 0, asks.ids)],
                "question_ids": [
                    (0, 0, {"sequence": place, "question": question, "probes": probes})
                    for place, (question, probes) in enumerate(GUIDE)
                ],
                "quota_ids": [
                    (0, 0, {"loyalty_class": "true", "wanted": 3}),
                    (0, 0, {"loyalty_class": "spurious", "wanted": 3}),
                ],
            }
        )
        study.action_start()
        study.action_draw()
        chosen = study.interviewee_ids.filtered(lambda one: one.state == "drawn").sorted("id")
        asked = chosen[:-1]
        now = fields.Datetime.now()
        asked.write({"state": "invited", "date_invited": now - timedelta(days=HELD_DAYS + 5)})
        for one in asked[:1]:
            self._hold_talk(one, asks, now - timedelta(days=HELD_DAYS))
        for one in asked[1:2]:
            slots = sorted(one._get_slots())
            later = [slot for slot in slots if slot > now + timedelta(days=BOOKED_DAYS)]
            one._book((later or slots)[0])
        asked[2:3].action_refused()

    @api.model
    def _hold_talk(self, interviewee, user, date):
        interviewee._set_consents({"record": "study", "quote": "inside"}, "staff")
        interview = self.env["relationship.interview"].create(
            {
                "study_id": interviewee.study_id.id,
                "user_id": user.id,
                "date": date,
                "speaker_ids": [
                    (0, 0, {"name": user.name, "is_interviewer": True}),
                    (
                        0,
                        0,
                        {"name": interviewee.partner_id.name, "interviewee_id": interviewee.id},
                    ),
                ],
            }
        )
        speakers = interview.speaker_ids.sorted("is_interviewer", reverse=True)
        interview.turn_ids.create(
            [
                {
                    "interview_id": interview.id,
                    "speaker_id": speakers[place % 2].id,
                    "sequence": place,
                    "text": text,
                }
                for place, text in enumerate(TALK)
            ]
        )
        interviewee.date_held = date
