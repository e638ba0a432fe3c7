from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_referral import ReferralCase


@tagged("post_install", "-at_install")
class TestReferralCapture(ReferralCase):
    def tell(self, user=None, **vals):
        wizard = self.env["relationship.referral.tell"].with_user(user or self.nok).create(vals)
        return wizard.action_tell()

    def setUp(self):
        super().setUp()
        self.env["relationship.feature"]._set_all_features()

    def test_told_on_the_contact(self):
        self.tell(referred_id=self.bee.id, referrer_id=self.anna.id)
        self.assertRecordValues(
            self.bee.referred_by_ids,
            [
                {
                    "source": "staff",
                    "staff_id": self.nok.partner_id.id,
                    "state": "confirmed",
                    "referrer_id": self.anna.id,
                }
            ],
        )
        bee = self.bee.with_user(self.nok)
        self.assertEqual(bee.referred_by_id, self.anna)
        self.assertEqual(self.anna.with_user(self.nok).referral_count, 1)
        Partner = self.env["res.partner"].with_user(self.nok)
        self.assertEqual(Partner.search([("referred_by_id", "=", self.anna.id)]), self.bee)
        self.assertNotIn(self.bee, Partner.search([("referred_by_id", "=", False)]))
        self.assertIn(self.cat, Partner.search([("referred_by_id", "=", False)]))
        with self.assertRaises(AccessError):
            self.tell(user=self.env.ref("base.public_user"), referred_id=self.bee.id)

    def test_code_on_a_quotation(self):
        order = self.env["sale.order"].create({"partner_id": self.bee.id})
        code = self.env["relationship.referral.code"]._get_or_create(self.anna)
        self.nok.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        where = {
            "referred_id": self.bee.id,
            "document_model": "sale.order",
            "document_id": order.id,
        }
        with self.assertRaises(UserError):
            self.tell(code="NOSUCHCODE", **where)
        self.tell(code=f" {code.code[:4].lower()}-{code.code[4:]} ", **where)
        self.assertRecordValues(
            self.bee.referred_by_ids,
            [
                {
                    "source": "code",
                    "code_id": code.id,
                    "document_model": "sale.order",
                    "document_id": order.id,
                    "referrer_id": self.anna.id,
                }
            ],
        )
        with self.assertRaises(AccessError):
            self.tell(user=self.dao, code=code.code, **where)

    def test_conversation(self):
        Note = self.env["relationship.note"].with_user(self.nok)
        note = Note.create({"partner_id": self.bee.id, "referrer_id": self.anna.id})
        self.assertRecordValues(
            self.bee.referred_by_ids,
            [{"source": "staff", "note_id": note.id, "state": "confirmed"}],
        )
        secret = Note.create(
            {"partner_id": self.cat.id, "referrer_name": "Granny", "visibility": "me"}
        )
        self.assertFalse(self.cat.referred_by_ids)
        secret.visibility = "company"
        self.assertRecordValues(
            self.cat.referred_by_ids, [{"referrer_name": "Granny", "state": "claimed"}]
        )
        with Form(Note, "relationship_insight.relationship_note_view_form_dialog") as form:
            form.partner_id = self.dang
            form.referrer_name = "The baker"
        self.assertEqual(self.dang.referred_by_ids.referrer_name, "The baker")

    def test_lead_text_is_offered(self):
        lead = self.env["crm.lead"].create({"name": "New kitchen", "referred": "anna"})
        self.nok.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        for _time in range(2):
            action = lead.with_user(self.nok).action_claim_referrals()
        referral = self.Referral.search(action["domain"])
        self.assertRecordValues(
            referral,
            [
                {
                    "lead_id": lead.id,
                    "referrer_name": "anna",
                    "source": "lead",
                    "state": "claimed",
                    "referred_id": False,
                }
            ],
        )
        self.assertIn(self.anna.id, [match["id"] for match in referral.get_matches()])
        referral.with_user(self.boss)._match(self.anna)
        self.assertEqual(referral.state, "confirmed")
        lead.partner_id = self.bee
        self.assertEqual(referral.referred_id, self.bee)
        self.assertEqual(self.anna.with_user(self.boss).referral_count, 1)
        wizard = self.env["relationship.referral.tell"].new({"lead_id": lead.id})
        self.assertEqual(wizard.referrer_name, "anna")

    def test_answer_of_a_survey(self):
        who = self.env.ref("relationship_insight.measure_m18_who")
        code = self.env["relationship.referral.code"]._get_or_create(self.anna)
        readings = self.env["relationship.reading"].create(
            [
                {
                    "measure_id": who.id,
                    "partner_id": partner.id,
                    "text": text,
                    "origin": "survey",
                    "company_id": self.company.id,
                }
                for partner, text in ((self.bee, code.code.lower()), (self.cat, "My sister Dang"))
            ]
        )
        self.assertEqual(self.bee.referred_by_ids.referrer_id, self.anna)
        self.assertRecordValues(
            self.cat.referred_by_ids,
            [{"referrer_name": "My sister Dang", "source": "survey", "state": "claimed"}],
        )
        readings._claim_referrals()
        self.assertEqual(len(self.cat.referred_by_ids), 1)

    def test_import_with_clear_errors(self):
        head = ["referrer_id", "referred_id", "date"]
        rows = [
            ["anna@example.com", "bee@example.com", "2026-01-05 10:00:00"],
            ["anna@example.com", "nobody@example.com", "2026-01-05 10:00:00"],
        ]
        Referral = self.Referral.with_user(self.boss).with_context(import_file=True)
        result = Referral.load(head, rows)
        self.assertFalse(result["ids"])
        named = [
            message for message in result["messages"] if "nobody@example.com" in message["message"]
        ]
        self.assertEqual([message["rows"]["from"] for message in named], [1])
        result = Referral.load(head, rows[:1])
        self.assertRecordValues(
            self.Referral.browse(result["ids"]),
            [{"source": "import", "state": "claimed", "referrer_id": self.anna.id}],
        )
        again = Referral.load(head, rows[:1])
        self.assertFalse(again["ids"])
        self.assertIn("already known", again["messages"][0]["message"])

    def test_find_who_it_was(self):
        self.anna.write({"phone": "+66 81 234 5678", "city": "Korat"})
        Partner = self.env["res.partner"].with_user(self.nok)
        code = self.env["relationship.referral.code"]._get_or_create(self.anna)
        card = self.env["loyalty.card"].create(
            {"program_id": self.points.id, "partner_id": self.anna.id}
        )
        for text in (code.code.lower(), card.code, "0812345678", "2345678", "anna@example.com"):
            found = Partner.find_referrers(text)
            self.assertEqual(found[0]["id"], self.anna.id, text)
        self.assertTrue(Partner.find_referrers("0812345678")[0]["sure"])
        self.assertFalse(Partner.find_referrers("Ann")[0]["sure"])
        self.assertFalse(Partner.find_referrers(code.code, exclude_id=self.anna.id))
        self.assertFalse(Partner.find_referrers("a"))
        self.assertFalse(Partner.find_referrers("no such person at all"))

    def test_codes(self):
        Code = self.env["relationship.referral.code"]
        code = Code._get_or_create(self.anna)
        self.assertEqual(Code._get_or_create(self.anna), code)
        self.assertEqual(len(code.code), 8)
        self.assertFalse(set(code.code) & set("01ILO"))
        self.assertIn(code.token, code.share_url)
        self.assertEqual(Code._find_by_token(code.token), code)
        self.assertFalse(Code._find_by_token(""))
        code._count_visit()
        self.assertEqual(code.visit_count, 1)
        code.with_user(self.boss).action_renew()
        self.assertFalse(Code._find(code.code))
        self.assertFalse(Code._find_by_token(code.token))
        fresh = Code._get_or_create(self.anna)
        self.assertNotEqual(fresh.code, code.code)
        self.anna.active = False
        self.assertFalse(Code._find(fresh.code))

    # Contacts that change

    def merge(self, src, dst):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((src | dst).ids, dst)

    def test_merge_of_both_sides_is_self_referral(self):
        referral = self.rewarded(self.anna, self.bee)
        self.merge(self.bee, self.anna)
        self.assertRecordValues(referral, [{"state": "rejected", "reason": "merged"}])
        self.assertFalse(self.anna.referral_count)

    def test_merge_of_two_who_brought_the_same(self):
        kept = self.claim(
            self.anna,
            self.cat,
            source="code",
            code=self.env["relationship.referral.code"]._get_or_create(self.anna).code,
        )
        lost = self.claim(self.bee, self.cat)
        old = self.env["relationship.referral.code"]._get_or_create(self.bee)
        self.merge(self.bee, self.anna)
        self.assertEqual(kept.state, "confirmed")
        self.assertRecordValues(lost, [{"state": "rejected", "reason": "merged"}])
        Code = self.env["relationship.referral.code"]
        self.assertEqual(Code._find(old.code).partner_id, self.anna)
        self.assertNotEqual(Code._get_or_create(self.anna), old)

    def test_merge_of_two_friends(self):
        strong = self.rewarded(self.anna, self.bee)
        weak = self.claim(self.dang, self.cat)
        self.merge(self.cat, self.bee)
        self.assertEqual(strong.state, "rewarded")
        self.assertRecordValues(
            weak, [{"state": "rejected", "reason": "existing", "referred_id": self.bee.id}]
        )
        self.assertEqual(self.balance(self.anna), 50)

    def test_merge_keeps_chains_and_closes_no_circle(self):
        first = self.claim(self.anna, self.bee)
        second = self.claim(self.cat, self.dang)
        self.merge(self.cat, self.bee)
        self.assertEqual(second.referrer_id, self.bee)
        self.env["relationship.referral.standing"]._refresh(self.company)
        standing = self.env["relationship.referral.standing"].search(
            [("commercial_partner_id", "=", self.anna.id)]
        )
        self.assertEqual(standing.chain_depth, 2)
        self.merge(self.dang, self.anna)
        self.assertEqual({"rejected"} & set((first | second).mapped("state")), {"rejected"})
        self.assertTrue({"circular", "self"} & self.rules(first | second))

    def test_joining_a_firm(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        one = self.claim(self.anna, self.bee)
        two = self.claim(self.dang, self.cat)
        (self.bee | self.cat).parent_id = firm
        self.assertEqual(sorted((one | two).mapped("state")), ["claimed", "confirmed"])
        self.anna.parent_id = firm
        self.assertEqual(one.state, "rejected")

    def test_archived_and_deleted(self):
        referral = self.claim(self.anna, self.bee)
        self.claim(self.bee, self.cat)
        named = self.claim(None, self.dang, referrer_name="Anna of the bakery")
        self.anna.active = False
        self.env["relationship.referral.standing"]._refresh(self.company)
        Standing = self.env["relationship.referral.standing"].with_context(active_test=False)
        self.assertEqual(
            Standing.search([("commercial_partner_id", "=", self.anna.id)]).chain_depth, 2
        )
        self.bee.unlink()
        self.assertFalse(referral.exists().referred_id)
        self.dang.unlink()
        self.assertFalse(named.exists())
        self.env["relationship.referral.standing"]._refresh(self.company)
        self.assertFalse(Standing.search([("commercial_partner_id", "=", self.anna.id)]))

    def test_a_deleted_contact_leaves_no_name(self):
        self.anna.user_id = self.nok
        self.anna.phone = self.cat.phone = "+66812345678"
        bought = self.rewarded(self.anna, self.bee)
        told = self.claim(None, self.dang, referrer_name="Anna of the bakery")
        told.with_context(tracking_disable=False).with_user(self.boss)._match(self.anna)
        same = self.claim(self.anna, self.cat)
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertIn("+66812345678", same.flag_ids.mapped("evidence"))
        self.assertIn("Bee", bought.thank_activity_id.summary)
        everything = bought | told | same
        self.anna.unlink()
        self.cat.unlink()
        self.assertFalse(everything.exists().mapped("referrer_id"))
        self.assertEqual(bought.state, "rewarded", "the count stays")
        for referral in everything.exists():
            text = " ".join(
                filter(
                    None,
                    [
                        referral.display_name,
                        referral.referrer_name,
                        *referral.flag_ids.mapped("evidence"),
                        *referral.message_ids.tracking_value_ids.mapped("new_value_char"),
                        *referral.message_ids.tracking_value_ids.mapped("old_value_char"),
                        referral.thank_activity_id.summary,
                        *referral.message_ids.mapped("body"),
                    ],
                )
            )
            for word in ("Anna", "Cat", "66812345678"):
                self.assertNotIn(word, text)

    def test_an_overwritten_contact_keeps_its_place(self):
        self.claim(self.anna, self.bee)
        self.claim(self.bee, self.cat)
        self.bee.write({"name": "Erased", "email": False, "phone": False})
        self.env["relationship.referral.standing"]._refresh(self.company)
        tree = self.Referral.with_user(self.boss).get_referral_tree(self.anna.id)
        self.assertEqual(
            [(node["name"], node["depth"]) for node in tree["nodes"]],
            [("Anna", 0), ("Erased", 1), ("Cat", 2)],
        )
        self.bee.unlink()
        tree = self.Referral.with_user(self.boss).get_referral_tree(self.anna.id)
        self.assertEqual(len(tree["nodes"]), 1, "the chain loses this link alone")
        self.assertEqual(self.Referral.search_count([("referrer_id", "=", self.anna.id)]), 1)

    def test_staff_open_the_page_to_share(self):
        action = self.anna.with_user(self.nok).action_open_referral_page()
        self.assertEqual(action["type"], "ir.actions.act_url")
        token = action["url"].rpartition("/")[2]
        Code = self.env["relationship.referral.code"]
        self.assertEqual(Code._unseal_share_sudo(token).partner_id, self.anna)
        with self.assertRaises(AccessError):
            self.anna.with_user(self.env.ref("base.public_user")).action_open_referral_page()
