from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_interview import InterviewCase


@tagged("post_install", "-at_install")
class TestStudy(InterviewCase):
    """Who is chosen: by lot within a group, never against a rule, and who was left out is kept."""

    def test_groups_get_their_kind_and_no_more(self):
        true = [self.new_buyer(f"True{n}", loyalty_class="true") for n in range(4)]
        low = [self.new_buyer(f"Low{n}", loyalty_class="low") for n in range(4)]
        study = self.new_study(
            {"loyalty_class": "true", "wanted": 2}, {"loyalty_class": "low", "wanted": 3}
        )
        study.action_draw()
        chosen = set(self.states(study))
        self.assertEqual(len(chosen & set(true)), 2)
        self.assertEqual(len(chosen & set(low)), 3)
        self.assertEqual((study.people_count, study.outside_count), (8, 0))
        study.action_draw()
        self.assertEqual(set(self.states(study)), chosen, "Drawing again adds nobody")

    def test_lot_does_not_look_at_spend(self):
        """Over many studies the big spenders are drawn as often as the others."""
        rich = {self.new_buyer(f"Rich{n}", spend_12m=90000) for n in range(5)}
        for n in range(5):
            self.new_buyer(f"Poor{n}", spend_12m=1)
        drawn = 0
        for _turn in range(40):
            study = self.new_study({"wanted": 2})
            study.action_draw()
            drawn += len(rich & set(self.states(study)))
            study.sudo().unlink()
        # 80 draws, half of them rich: outside 22 to 58 once in 30,000 runs.
        self.assertTrue(22 <= drawn <= 58, drawn)

    def test_rules_leave_out_and_say_why(self):
        reasons = {}
        for name in ("opted_out", "paused", "blocked", "resting", "asked"):
            reasons[name] = self.new_buyer(name)
        Wish = self.env["relationship.contact.preference"]
        where = {"company_id": self.company.id}
        Wish.create({"partner_id": reasons["opted_out"].id, "opted_out": True, **where})
        Wish.create(
            {
                "partner_id": reasons["paused"].id,
                "paused_until": date.today() + timedelta(days=9),
                **where,
            }
        )
        self.env["mail.blacklist"]._add(reasons["blocked"].email)
        other = self.new_study()
        self.env["relationship.interviewee"].create(
            {
                "study_id": other.id,
                "company_id": self.company.id,
                "partner_id": reasons["resting"].id,
                "state": "invited",
                "date_invited": datetime.now() - timedelta(days=3),
            }
        )
        free = self.new_buyer("Free")
        study = self.new_study({"wanted": 10})
        study.action_draw()
        self.assertEqual(
            self.states(study),
            {
                **{reasons[name]: name for name in ("opted_out", "paused", "blocked", "resting")},
                reasons["asked"]: "drawn",
                free: "drawn",
            },
        )
        self.assertEqual(study.left_out_count, 4)
        self.assertEqual(study.quota_ids.matching_count, 6)
        self.assertEqual(study.quota_ids.reachable_count, 2)

    def test_never_asked_stay_never_asked(self):
        people = [self.new_buyer(f"Any{n}") for n in range(30)]
        self.company.relationship_holdout_share = 0.5
        study = self.new_study({"wanted": 100})
        study.action_draw()
        states = self.states(study)
        kept = [one for one in people if states[one] == "holdout"]
        self.assertTrue(5 <= len(kept) <= 25)
        self.assertFalse([one for one in people if states[one] not in ("holdout", "drawn")])

    def test_refusal_is_replaced_and_counted(self):
        for n in range(4):
            self.new_buyer(f"Any{n}")
        study = self.new_study({"wanted": 2})
        study.action_draw()
        study.interviewee_ids.filtered(lambda one: one.state == "drawn")[0].action_refused()
        study.action_draw()
        states = sorted(self.states(study).values())
        self.assertEqual(states, ["drawn", "drawn", "refused"])
        self.assertEqual((study.refused_count, study.chosen_count), (1, 3))

    def test_change_tenure_language_and_sales_team(self):
        team = self.env["crm.team"].create({"name": "North", "company_id": self.company.id})
        better = self.new_buyer("Better", attitude=70, attitude_date=date.today())
        worse = self.new_buyer("Worse", attitude=30, attitude_date=date.today())
        for partner in (better, worse):
            self.env["relationship.snapshot"].create(
                {
                    "commercial_partner_id": partner.id,
                    "company_id": self.company.id,
                    "date": date.today() - timedelta(days=120),
                    "attitude": 50,
                }
            )
        new = self.new_buyer("New", tenure=30)
        self.env["res.lang"]._activate_lang("th_TH")
        thai = self.new_buyer("Thai")
        thai.lang = "th_TH"
        buyer = self.new_buyer("North Buyer")
        product = self.env["product.product"].create({"name": "Tea", "list_price": 5})
        order = self.env["sale.order"].create(
            {
                "partner_id": buyer.id,
                "company_id": self.company.id,
                "team_id": team.id,
                "order_line": [(0, 0, {"product_id": product.id, "tax_ids": False})],
            }
        )
        order.action_confirm()
        for quota, partner in (
            ({"change": "better"}, better),
            ({"change": "worse"}, worse),
            ({"tenure": "new"}, new),
            ({"lang": "th_TH"}, thai),
            ({"shop": f"crm.team,{team.id}"}, buyer),
        ):
            with self.subTest(quota=quota):
                study = self.new_study({**quota, "wanted": 9})
                study.action_draw()
                self.assertEqual(set(self.states(study)), {partner})
                self.assertEqual(study.outside_count, 4)

    def test_shops_with_a_till(self):
        books, sales = self.env["account.journal"].create(
            [
                {"name": kind, "code": kind[:5], "type": kind, "company_id": self.company.id}
                for kind in ("general", "sale")
            ]
        )
        till = self.env["pos.config"].create(
            {
                "name": "North",
                "company_id": self.company.id,
                "payment_method_ids": [(5, 0, 0)],
                "journal_id": books.id,
                "invoice_journal_id": sales.id,
            }
        )
        session = self.env["pos.session"].create({"config_id": till.id})
        buyer, other = self.new_buyer("Till Buyer"), self.new_buyer("Other")
        for partner, state in ((buyer, "paid"), (other, "cancel")):
            self.env["pos.order"].create(
                {
                    "session_id": session.id,
                    "company_id": self.company.id,
                    "partner_id": partner.id,
                    "state": state,
                    "amount_tax": 0,
                    "amount_total": 5,
                    "amount_paid": 5,
                    "amount_return": 0,
                }
            )
        study = self.new_study({"shop": f"pos.config,{till.id}", "wanted": 9})
        study.action_draw()
        self.assertEqual(set(self.states(study)), {buyer})

    def test_two_contacts_of_one_address_are_one_person(self):
        for name in ("One", "Two"):
            self.new_buyer(name).email = "same@example.com"
        study = self.new_study({"wanted": 5})
        study.action_draw()
        self.assertEqual(list(self.states(study).values()), ["drawn"])

    def test_invitation_looks_again_and_rests_from_campaigns(self):
        early, late = self.new_buyer("Early"), self.new_buyer("Late")
        study = self.new_study({"wanted": 2})
        study.action_draw()
        self.env["relationship.contact.preference"].create(
            {"partner_id": late.id, "company_id": self.company.id, "opted_out": True}
        )
        study.interviewee_ids.action_invite()
        self.assertEqual(self.states(study), {early: "invited", late: "opted_out"})
        mail = self.env["mail.mail"].search([("recipient_ids", "in", early.ids)])
        self.assertEqual(len(mail), 1)
        one = study.sudo().interviewee_ids.filtered(lambda one: one.partner_id == early)
        self.assertIn(f"/interview/{one.access_token}", mail.body_html)
        self.assertFalse(self.env["mail.mail"].search([("recipient_ids", "in", late.ids)]))
        asked = self.env.execute_query(self.env["relationship.planner"]._sql_asked_elsewhere())
        self.assertIn((early.id, self.company.id), [row[:2] for row in asked])

    def test_merged_contacts_are_one_and_keep_what_they_allowed(self):
        one, two = self.new_buyer("One"), self.new_buyer("Two")
        study = self.new_study({"wanted": 2})
        study.action_draw()
        chosen = study.sudo().interviewee_ids
        first = chosen.filtered(lambda each: each.partner_id == one)
        second = chosen - first
        second._set_consents({"quote": "inside"}, "staff")
        first.state = "invited"
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (one + two).ids, two, extra_checks=False
        )
        self.env.invalidate_all()
        self.assertEqual(study.sudo().interviewee_ids, first)
        self.assertRecordValues(first, [{"partner_id": two.id, "state": "invited"}])
        self.assertEqual(first._get_consents(), {"quote": "inside"})

    def test_who_may(self):
        self.new_buyer("Any")
        study = self.new_study({"wanted": 1})
        study.action_draw()
        one = study.interviewee_ids
        for user in (self.rep, self.plain, self.cashier):
            for model, record, method in (
                ("relationship.study", study, "action_draw"),
                ("relationship.interviewee", one, "action_invite"),
                ("relationship.interviewee", one, "action_refused"),
            ):
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    getattr(self.as_user(user, model).browse(record.id), method)()
        with self.assertRaises(AccessError):
            one.with_user(self.relations).read(["access_token"])
        with self.assertRaises(AccessError):
            one.with_user(self.relations).write({"state": "held"})
        with self.assertRaises(UserError):
            one.with_user(self.relations).action_no_show()
