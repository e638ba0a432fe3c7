from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .common_pulse import PulseCase


@tagged("post_install", "-at_install")
class TestPulseWishes(PulseCase):
    """Leaving, pausing and the page after the last one."""

    def _wishes(self):
        self.env.invalidate_all()
        return self.env["relationship.contact.preference"].search(
            [("partner_id", "=", self.partner.id)]
        )

    def test_one_click_unsubscribe(self):
        invitation = self._invite()
        url = invitation._get_unsubscribe_url()
        before = self._counts()
        page = self._load(url)
        (main,) = page.find_class("main")
        self.assertEqual(main.get("value"), "all")
        self.assertEqual(self._counts(), before)
        for _turn in range(2):
            answer = self._post(url, {"List-Unsubscribe": "One-Click"})
            self.assertEqual((answer.status_code, answer.text), (200, ""))
        self.assertTrue(self._wishes().opted_out)
        self.assertFalse(self._wishes().opted_out_campaign_ids)
        self.assertEqual(invitation.opted_out, "all")

    def test_only_this_one_is_the_smaller_choice(self):
        invitation = self._invite()
        url = invitation._get_unsubscribe_url()
        answer = self._post(url, {"n": self._nonce(url), "step": "campaign"})
        self.assertIn("Our regular questions", answer.text)
        self.assertEqual(self._wishes().opted_out_campaign_ids, self.campaign)
        self.assertFalse(self._wishes().opted_out)
        self.assertEqual(invitation.opted_out, "campaign")

    def test_no_customer_reads_the_name_of_a_campaign(self):
        secret = "TOP 20 % that leave us, Q3"
        long = self._make_campaign("long", "M04", kind="event", event="pos_order")
        long.name = f"{secret} long"
        self.campaign.write({"name": secret, "thanks_campaign_id": long.id})
        invitation, done = self._invite(), self._invite()
        done._mark_done()
        self.env["relationship.eligibility"].create(
            {
                "campaign_id": self.campaign.id,
                "partner_id": self.partner.id,
                "company_id": self.company.id,
                "outcome": "skipped",
                "reason": "paused",
                "date": fields.Datetime.now(),
            }
        )
        new_test_user(
            self.env,
            "portal",
            groups="base.group_portal",
            partner_id=self.partner.id,
            password="portal_password",
        )
        paths = [
            invitation._get_answer_url(),
            invitation._get_unsubscribe_url(),
            invitation._get_preferences_url(),
            done._get_sealed_url("thanks"),
        ]
        for title, other in ((False, "Our regular questions"), ("Your opinion", "Your opinion")):
            self.campaign.public_title = title
            self.authenticate(None, None)
            pages = [self._get(path).text for path in paths]
            self.authenticate("portal", "portal_password")
            pages.append(self._get("/my/feedback").text)
            for page in pages:
                self.assertNotIn("TOP 20", page)
            for page in pages[1:3] + pages[4:]:
                self.assertIn(other, page)
            self.assertIn("Questions after a visit or a purchase", pages[3])
        self.assertNotIn("TOP 20", invitation.mail_question)

    def test_one_click_as_multipart(self):
        invitation = self._invite()
        self._post(
            invitation._get_unsubscribe_url(), None, files={"List-Unsubscribe": (None, "One-Click")}
        )
        self.assertTrue(self._wishes().opted_out)

    def test_unsubscribing_cancels_what_waits(self):
        invitation = self._invite()
        waiting = self._invite(state="planned")
        other = self._invite(self._make_campaign("other", "M04"), state="planned")
        invitation._unsubscribe(only_this=True)
        self.assertEqual((waiting.state, other.state), ("cancelled", "planned"))
        invitation._unsubscribe()
        self.assertEqual(other.state, "cancelled")

    def test_leave_everything_and_come_back_on_the_page(self):
        invitation = self._invite()
        url = invitation._get_unsubscribe_url()
        self._post(url, {"step": "all"})
        self.assertFalse(self._wishes())
        answer = self._post(url, {"n": self._nonce(url), "step": "all"})
        self.assertIn("any more questions from ", answer.text)
        self.assertTrue(self._wishes().opted_out)
        self._post(url, {"n": self._nonce(url), "step": "undo"})
        self.assertFalse(self._wishes().opted_out)
        self.assertFalse(invitation.opted_out)

    def test_preferences(self):
        invitation = self._invite()
        url = invitation._get_preferences_url()
        before = self._counts()
        page = self._load(url)
        self.assertIn("Because every 3 months", page.text_content())
        self.assertEqual(self._counts(), before)
        wishes = {
            "step": "save",
            "pace": "half",
            "pause": "month",
            "channel": "email",
            "lang": "th_TH",
            "leave": "campaign",
        }
        self._post(url, wishes)
        self.assertFalse(self._wishes())
        self._post(url, {**wishes, "n": page.xpath("//input[@name='n']/@value")[0]})
        self.assertRecordValues(
            self._wishes(),
            [
                {
                    "pace": "half",
                    "channel": "email",
                    "lang": "th_TH",
                    "opted_out": False,
                    "paused_until": fields.Date.today() + timedelta(days=30),
                    "opted_out_campaign_ids": self.campaign.ids,
                }
            ],
        )
        page = self._load(url)
        self.assertEqual(page.get("lang"), "th-TH")
        self.assertEqual(page.xpath("//input[@checked]/@value"), ["campaign"])
        self._post(
            url,
            {
                "step": "save",
                "n": page.xpath("//input[@name='n']/@value")[0],
                "pause": "keep",
                "pace": "x",
                "channel": "kiosk",
                "lang": "xx",
                "leave": "none",
            },
        )
        self.assertRecordValues(
            self._wishes(),
            [
                {
                    "pace": "half",
                    "channel": False,
                    "lang": False,
                    "paused_until": fields.Date.today() + timedelta(days=30),
                    "opted_out_campaign_ids": [],
                }
            ],
        )

    def test_every_reason_is_shown(self):
        invitation = self._invite()
        Eligibility = self.env["relationship.eligibility"]
        reasons = dict(Eligibility._fields["reason"]._description_selection(self.env))
        for number, reason in enumerate(reasons):
            Eligibility.create(
                {
                    "campaign_id": self.campaign.id,
                    "partner_id": self.partner.id,
                    "company_id": self.company.id,
                    "outcome": "skipped",
                    "reason": reason,
                    "date": fields.Datetime.now() + timedelta(minutes=number),
                }
            )
            self.assertEqual(invitation._get_decisions()[0]["reason"], reasons[reason])
        page = self._load(invitation._get_preferences_url())
        self.assertEqual(len(page.xpath("//ul[@class='facts']/li")), 6)

    def test_reason_names_the_order(self):
        order = self.env["sale.order"].create({"partner_id": self.partner.id})
        campaign = self._make_campaign("event", "M04", kind="event", event="sale_delivered")
        invitation = self._invite(campaign, order_model="sale.order", order_id=order.id)
        self.assertIn(order.name, invitation._get_reason_asked())

    def test_nobody_without_a_name_has_wishes(self):
        kiosk = self._invite(partner_id=False, channel="kiosk")
        for url in (kiosk._get_preferences_url(), kiosk._get_unsubscribe_url()):
            self.assertEqual(self._get(url).status_code, 404)

    def _finish(self, invitation):
        path = invitation._get_answer_url()
        answer = self._post(path, {"n": self._nonce(path), "M04": "2", "step": "done"})
        return answer.headers["Location"]

    def test_please_call_me(self):
        invitation = self._invite()
        thanks = self._finish(invitation)
        self._post(thanks, {"step": "callback", "phone": "081 234 5678"})
        answer = self._post(
            thanks, {"n": self._nonce(thanks), "step": "callback", "phone": "later"}
        )
        self.assertIn("a number we can call", answer.text)
        self.env.invalidate_all()
        self.assertFalse(invitation.callback_date)
        self._post(
            thanks,
            {
                "n": self._nonce(thanks),
                "step": "callback",
                "when": "evening",
                "phone": "  081 234\n5678 ",
                "about": "The <b>order</b>",
            },
        )
        self.env.invalidate_all()
        self.assertRecordValues(
            invitation,
            [
                {
                    "callback_phone": "081 234 5678",
                    "callback_time": "evening",
                    "callback_about": "The <b>order</b>",
                }
            ],
        )
        self.assertTrue(invitation.callback_date)
        self.assertFalse(self._load(thanks).xpath("//input[@name='phone']"))

    def test_no_call_is_offered_where_nobody_would_make_it(self):
        thanks = self._finish(self._invite())
        self.assertTrue(self._load(thanks).xpath("//input[@name='phone']"))
        Case = self.env.registry["relationship.case"]
        self.patch(Case, "_find_owner", lambda case, *_people: case.env["res.users"])
        self.assertFalse(self._load(thanks).xpath("//input[@name='phone']"))

    def test_thanks_make_a_link_for_friends_when_asked_for(self):
        self.campaign.thanks_referral = True
        unhappy = self._finish(self._invite())
        self.assertFalse(self._load(unhappy).xpath("//button[@value='referral']"))
        self.env["relationship.reading"].search([]).unlink()
        invitation = self._invite()
        thanks = self._finish(invitation)
        self.env["relationship.reading"].search([]).unlink()
        codes = [("partner_id", "=", invitation.partner_id.id)]
        self.assertTrue(self._load(thanks).xpath("//button[@value='referral']"))
        self.assertFalse(self.env["relationship.referral.code"].search_count(codes))
        answer = self._post(thanks, {"n": self._nonce(thanks), "step": "referral"})
        self.assertIn("/referral/share/", answer.headers["Location"])
        self.assertEqual(self.env["relationship.referral.code"].search_count(codes), 1)

    def test_bursts_from_one_device_are_flagged(self):
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(4)])
        invitations = [self._invite(partner_id=partner.id) for partner in partners]
        for invitation in invitations[:3]:
            self._finish(invitation)
        self.env.invalidate_all()
        self.assertEqual([i.flag for i in invitations], ["burst", "burst", "burst", False])
        path = invitations[3]._get_answer_url()
        self._post(
            path,
            {"n": self._nonce(path), "M04": "2", "step": "done"},
            headers={"User-Agent": "Another phone"},
        )
        self.env.invalidate_all()
        self.assertFalse(invitations[3].flag)

    def test_faster_than_one_reads_is_flagged(self):
        invitation = self._invite()
        path = invitation._get_answer_url()
        nonce = self._nonce(path)
        self.clock[0] -= 4000
        self._post(
            path,
            {
                "n": nonce,
                "at": 900,
                "tap": 1,
                "step": "done",
                "M04": 1,
                "M10_honest": 1,
                "M03_why": "x",
            },
        )
        self.env.invalidate_all()
        self.assertEqual(invitation.flag, "speed")

    def test_survey_begins_by_a_post_and_finishes_the_invitation(self):
        survey = (
            self.env["survey.survey"]
            .with_user(
                new_test_user(
                    self.env, "rel", groups="relationship_insight.group_relationship_relations"
                )
            )
            .create({"title": "Deep", "survey_type": "relationship", "access_mode": "token"})
            .sudo()
        )
        measure = self.env["relationship.measure"].search([("code", "=", "M04")])
        measure._add_to_survey(survey)
        instrument = self.env["relationship.instrument"].create(
            {"name": "Deep", "code": "deep-test", "kind": "survey", "survey_id": survey.id}
        )
        version = self.env["relationship.instrument.version"].create(
            {"instrument_id": instrument.id, "survey_id": survey.id}
        )
        version.action_go_live()
        campaign = self.env["relationship.campaign"].create(
            {"name": "Deep", "instrument_id": instrument.id, "state": "running"}
        )
        invitation = self._invite(campaign)
        path = invitation._get_answer_url()
        self._get(path)
        self._post(path, {"step": "survey"})
        self.assertFalse(invitation.user_input_id)
        answer = self._post(path, {"n": self._nonce(path), "step": "survey"})
        self.env.invalidate_all()
        user_input = invitation.user_input_id
        self.assertIn(user_input.access_token, answer.headers["Location"])
        self.assertEqual(self.url_open(answer.headers["Location"]).status_code, 200)
        self._post(path, {"n": self._nonce(path), "step": "survey"})
        self.env.invalidate_all()
        self.assertEqual(invitation.user_input_id, user_input)
        question = survey.question_ids[0]
        user_input._save_lines(question, question.suggested_answer_ids[0].id)
        user_input._mark_done()
        self.assertEqual(invitation.state, "done")
        self.assertEqual(invitation.reading_ids.mapped("value"), [1])
        self.assertEqual(invitation.reading_ids.channel, "email")
