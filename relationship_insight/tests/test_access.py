from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_card import STAFF, CardCase

OPERATIONS = ("read", "write", "create", "unlink")
# Per model, what each role may do: r(ead), w(rite), c(reate), u(nlink).
MATRIX = {
    "relationship.measure": {
        "rep": "r",
        "relations": "r",
        "manager": "rwcu",
        "plain": "r",
        "cashier": "r",
    },
    "relationship.measure.wording": {"relations": "r", "manager": "r"},
    "relationship.competitor": {"rep": "rc", "relations": "rwcu", "manager": "rwcu"},
    "relationship.reading": {"rep": "rc", "relations": "rwc", "manager": "rwc"},
    "relationship.reading.void": {"relations": "rwcu", "manager": "rwcu"},
    "relationship.purchase": {"relations": "r", "manager": "r"},
    "relationship.profile": {"rep": "r", "relations": "r", "manager": "r"},
    "relationship.bond": {"rep": "r", "relations": "r", "manager": "r"},
    "relationship.snapshot": {"rep": "r", "relations": "r", "manager": "r"},
    "relationship.transition": {"rep": "r", "relations": "r", "manager": "r"},
    "relationship.calibration": {"manager": "r"},
    "relationship.reliability": {"relations": "r", "manager": "r"},
    "relationship.refresh.queue": {},
    "relationship.instrument": {"relations": "rwc", "manager": "rwcu"},
    "relationship.instrument.version": {"relations": "rwcu", "manager": "rwcu"},
    "relationship.instrument.item": {"relations": "rwcu", "manager": "rwcu"},
    "relationship.campaign": {"relations": "rwc", "manager": "rwcu"},
    "relationship.wave": {"relations": "rwc", "manager": "rwcu"},
    "relationship.invitation": {"relations": "r", "manager": "r"},
    "relationship.eligibility": {"relations": "r", "manager": "r"},
    "relationship.planner": {"manager": "r"},
    "relationship.wave.override": {"manager": "rwcu"},
    "relationship.ask": {"relations": "rwcu", "manager": "rwcu"},
    "relationship.delivery": {"relations": "r", "manager": "r"},
    "relationship.sending.pause": {"relations": "r", "manager": "rw"},
    "relationship.delivery.resolve": {"relations": "rwcu", "manager": "rwcu"},
    "relationship.contact.preference": {"relations": "rwc", "manager": "rwc"},
}
ROLES = ("rep", "relations", "manager", "plain", "cashier")
# Who sees what of the evidence made in setUpClass.
SEEN = {
    "relationship.profile": {
        "rep": {"mine", "free", "talked"},
        "relations": {"mine", "free", "talked", "colleague"},
    },
    "relationship.snapshot": {
        "rep": {"mine", "free"},
        "relations": {"mine", "free", "talked", "colleague"},
    },
    "relationship.transition": {
        "rep": {"mine", "free"},
        "relations": {"mine", "free", "talked", "colleague"},
    },
    "relationship.reading": {
        "rep": {"mine", "free"},
        "relations": {"mine", "free", "talked", "colleague"},
    },
}


@tagged("post_install", "-at_install")
class TestAccess(CardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = {
            "mine": cls.new_customer("Mine", user_id=cls.rep.id),
            "free": cls.new_customer("Free"),
            "talked": cls.new_customer("Talked", user_id=cls.colleague.id),
            "colleague": cls.new_customer("Colleague's", user_id=cls.colleague.id),
        }
        cls.abroad = cls.new_customer("Abroad")
        for customer, company in [
            *((each, cls.company) for each in cls.customers.values()),
            (cls.abroad, cls.other_company),
        ]:
            cls.new_insight(customer, company)

    @classmethod
    def new_insight(cls, customer, company):
        owner = {"commercial_partner_id": customer.id, "company_id": company.id}
        profile = cls.new_profile(customer, loyalty_class="true", **owner)
        cls.env["relationship.snapshot"].create({**owner, "date": cls.today})
        cls.env["relationship.transition"].create({**owner, "date": cls.today})
        cls.env["relationship.bond"].create(
            {
                **owner,
                "profile_id": profile.id,
                "strength": 30,
                "staff_id": (
                    cls.rep if customer == cls.customers["talked"] else cls.colleague
                ).partner_id.id,
            }
        )
        cls.new_readings(customer, "M13", value=7, company_id=company.id, origin="survey")

    def test_rights_by_role(self):
        for model, expected in MATRIX.items():
            for role in ROLES:
                Model = self.as_user(getattr(self, role), model)
                allowed = "".join(
                    operation[0] if operation != "create" else "c"
                    for operation in OPERATIONS
                    if Model.has_access(operation)
                )
                self.assertEqual(allowed, expected.get(role, ""), f"{model} {role}")

    def test_records_by_role_through_every_way_of_reading(self):
        everyone = self.env["res.partner"].union(*self.customers.values(), self.abroad)
        for model, seen in SEEN.items():
            for role in ("rep", "relations", "manager"):
                names = seen.get(role, seen["relations"])
                expected = self.env["res.partner"].union(*(self.customers[name] for name in names))
                domain = [("commercial_partner_id", "in", everyone.ids)]
                Model = self.as_user(getattr(self, role), model)
                with self.subTest(model=model, role=role):
                    records = Model.search(domain)
                    self.assertEqual(records.commercial_partner_id, expected)
                    self.assertEqual(Model.search_count(domain), len(expected))
                    groups = Model._read_group(domain, ["commercial_partner_id"], ["__count"])
                    self.assertEqual({group[0].id for group in groups}, set(expected.ids))
                    groups = Model.formatted_read_group(
                        domain, ["commercial_partner_id"], ["__count"]
                    )
                    self.assertEqual(
                        {group["commercial_partner_id"][0] for group in groups}, set(expected.ids)
                    )
                    rows = records.export_data(["commercial_partner_id/.id"])["datas"]
                    self.assertEqual({int(row[0]) for row in rows}, set(expected.ids))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_reading_by_id_what_may_not_be_seen_fails(self):
        everyone = self.env["res.partner"].union(*self.customers.values(), self.abroad)
        for model, seen in SEEN.items():
            for role in ("rep", "relations"):
                expected = self.env["res.partner"].union(
                    *(self.customers[name] for name in seen[role])
                )
                hidden = self.env[model].search(
                    [("commercial_partner_id", "in", (everyone - expected).ids)]
                )
                self.assertTrue(hidden)
                for record in self.as_user(getattr(self, role), model).browse(hidden.ids):
                    with self.assertRaises(AccessError):
                        record.read(["commercial_partner_id"])
                    with self.assertRaises(AccessError):
                        record.export_data(["commercial_partner_id/.id"])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_without_our_groups_nothing_can_be_read(self):
        for model in SEEN.keys() | {"relationship.bond", "relationship.purchase"}:
            for user in (self.plain, self.cashier):
                Model = self.as_user(user, model)
                for read in (
                    lambda m: m.search([]),
                    lambda m: m.search_count([]),
                    lambda m: m._read_group([], [], ["__count"]),
                    lambda m: m.formatted_read_group([], [], ["__count"]),
                    lambda m: m.browse(1).export_data(["company_id/.id"]),
                ):
                    with self.assertRaises(AccessError):
                        read(Model)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_contact_fields_are_closed_without_our_groups(self):
        customer = self.customers["free"]
        for user in (self.plain, self.cashier):
            Partner = self.as_user(user, "res.partner")
            for name in ("relationship_class", "relationship_profile_id", "relationship_bond_ids"):
                with self.assertRaises(AccessError):
                    Partner.browse(customer.id).read([name])
                with self.assertRaises(AccessError):
                    Partner.search([(name, "!=", False)])

    def test_measures_are_readable_by_employees_without_their_answers(self):
        measure = self.as_user(self.plain, "relationship.measure").browse(self.measures["M13"].id)
        self.assertTrue(measure.read()[0]["question"])
        self.assertNotIn("reading_count", measure.read()[0])

    def test_staff_see_their_own_bonds_only(self):
        bonds = self.as_user(self.rep, "relationship.bond").search([])
        self.assertEqual(bonds.staff_id, self.rep.partner_id)
        profile = self.as_user(self.rep, "relationship.profile").search(
            [("commercial_partner_id", "=", self.customers["free"].id)]
        )
        self.assertFalse(profile.bond_ids)

    def test_a_salesperson_filter_is_no_way_around_the_rules(self):
        found = self.as_user(self.rep, "relationship.profile").search(
            [("user_id", "=", self.colleague.id)]
        )
        self.assertEqual(found.commercial_partner_id, self.customers["talked"])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_staff_add_what_they_noticed_but_not_answers_of_customers(self):
        vals = {
            "measure_id": self.measures["M02_glad"].id,
            "partner_id": self.customers["mine"].id,
            "company_id": self.company.id,
            "value": 2,
        }
        Reading = self.as_user(self.rep, "relationship.reading")
        self.assertTrue(Reading.create({**vals, "origin": "staff"}))
        for origin in ("survey", "pulse", "pos", "interview", "import"):
            with self.assertRaises(AccessError):
                Reading.create({**vals, "origin": origin})

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_speaks_in_a_customers_name(self):
        vals = {
            "measure_id": self.measures["M02_glad"].id,
            "partner_id": self.customers["mine"].id,
            "company_id": self.company.id,
            "value": 2,
        }
        head = ["measure_id/.id", "partner_id/.id", "date", "value"]
        row = [str(vals["measure_id"]), str(vals["partner_id"]), "2026-01-01 10:00:00", "2"]
        for user in (self.relations, self.manager):
            Reading = self.as_user(user, "relationship.reading")
            for origin in ("staff", "interview", "import"):
                self.assertTrue(Reading.create({**vals, "origin": origin}))
            for origin in ("survey", "pulse", "pos"):
                with self.subTest(user=user.login, origin=origin):
                    with self.assertRaises(AccessError):
                        Reading.create({**vals, "origin": origin})
                    with self.assertRaises(AccessError):
                        Reading.with_context(default_origin=origin).create(vals)
                    self.assertFalse(
                        Reading.with_context(default_origin=origin).load(head, [row])["ids"]
                    )
                    self.assertFalse(Reading.load([*head, "origin"], [[*row, origin]])["ids"])

    def test_readings_change_by_voiding_only(self):
        reading = self.new_readings(self.customers["mine"])
        for user in (self.relations, self.manager):
            own = self.as_user(user, "relationship.reading").browse(reading.id)
            for vals in ({"value": 3}, {"voided": True, "void_reason": "x"}, {"voided": False}):
                with self.assertRaises(UserError):
                    own.write(vals)
        own.action_void()
        self.as_user(self.relations, "relationship.reading.void").create(
            {"reading_ids": reading.ids, "reason": "entered twice"}
        ).action_void()
        self.assertRecordValues(reading, [{"voided": True, "void_reason": "entered twice"}])

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_voiding_stops_at_the_company_and_the_group(self):
        abroad = self.new_readings(self.abroad, company_id=self.other_company.id)
        for user in (self.relations, self.rep):
            with self.assertRaises(AccessError):
                self.as_user(user, "relationship.reading.void").create(
                    {"reading_ids": abroad.ids, "reason": "not mine"}
                ).action_void()
        self.assertFalse(abroad.voided)

    def test_answers_abroad_freeze_a_measure_too(self):
        measure = self.measures["M14_fit"]
        self.new_readings(self.abroad, "M14_fit", value=4, company_id=self.other_company.id)
        own = self.as_user(self.manager, "relationship.measure").browse(measure.id)
        self.assertEqual(own.reading_count, 0)
        with self.assertRaises(UserError):
            own.write({"scale_max": 9})
        with self.assertRaises(UserError):
            own.unlink()

    def test_private_notes_belong_to_their_author(self):
        note = self.new_note(self.customers["free"], self.rep, visibility="me", summary="Secret")
        for user in (self.colleague, self.relations, self.manager):
            Note = self.as_user(user, "relationship.note")
            self.assertFalse(Note.search([("id", "=", note.id)]))
            self.assertFalse(Note.search_count([("summary", "=", "Secret")]))
            self.assertFalse(
                Note.formatted_read_group([("id", "=", note.id)], ["staff_id"], ["__count"])
            )
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                Note.browse(note.id).read(["summary"])
        self.assertTrue(self.as_user(self.rep, "relationship.note").browse(note.id).summary)

    def test_another_company_is_another_world(self):
        stranger = self.new_user("card_stranger", STAFF, self.other_company)
        for model in SEEN:
            records = self.as_user(stranger, model).search(
                [
                    (
                        "commercial_partner_id",
                        "in",
                        [partner.id for partner in (*self.customers.values(), self.abroad)],
                    )
                ]
            )
            self.assertEqual(records.commercial_partner_id, self.abroad, model)
        card = self.as_user(stranger, "relationship.card").get_customer_card(
            self.customers["free"].id
        )
        self.assertEqual(card["state"], "empty")

    def test_purchases_are_for_customer_relations(self):
        product = self.env["product.product"].create({"name": "Beans", "list_price": 10})
        for company in (self.company, self.other_company):
            order = (
                self.env["sale.order"]
                .with_company(company)
                .create(
                    {
                        "partner_id": self.customers["free"].id,
                        "company_id": company.id,
                        "order_line": [(0, 0, {"product_id": product.id})],
                    }
                )
            )
            order.action_confirm()
        domain = [("partner_id", "=", self.customers["free"].id)]
        purchases = self.as_user(self.relations, "relationship.purchase").search(domain)
        self.assertEqual(purchases.company_id, self.company)
        with self.assertRaises(UserError):  # the order itself is for those who sell
            purchases.action_open_order()
        self.relations.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.assertEqual(purchases.action_open_order()["res_model"], "sale.order")
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.as_user(self.rep, "relationship.purchase").search(domain)
