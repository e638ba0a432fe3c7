from odoo.tests import tagged
from odoo.tools import SQL

from ..common_person import PersonCase

# Worked out anew from the facts, or one per customer: merging makes one of two.
DERIVED = {
    "relationship.bond",
    "relationship.bond.snapshot",
    "relationship.cadence",
    "relationship.contact.preference",
    "relationship.profile",
    "relationship.referral.standing",
    "relationship.snapshot",
    "relationship.touch",
}


@tagged("post_install", "-at_install")
class TestPersonDelete(PersonCase):
    """Nothing of ours blocks deleting, merging or archiving a contact, whoever it is to us."""

    def setUp(self):
        super().setUp()
        self.person = self.env["res.partner"].create({"name": "Somchai"})
        self.twin = self.env["res.partner"].create({"name": "Somchai P."})

    def get_pairs(self):
        """Return (field to the person, field to that row) of all that two steps reach."""
        first = self.get_links()
        second = {}
        for comodel in {field.model_name for field in first}:
            second[comodel] = self.get_links(comodel)
        return first, second

    def fill_all(self, person):
        first, second = self.get_pairs()
        rows = self.fill(person, first)
        for field, row_id in rows.items():
            for further in second.get(field.model_name, ()):
                self.point(further, row_id)
        for model in self.get_ours():
            for field in model._fields.values():
                if field.store and field.type == "many2one_reference":
                    self.insert(
                        model._name, **{field.model_field: "res.partner", field.name: person.id}
                    )
        return rows

    def assert_none_points_at(self, person_id):
        for field in self.get_links():
            table, column = self.env[field.model_name]._table, field.name
            if field.type == "many2many":
                table, column = field.relation, field.column2
            self.env.cr.execute(
                SQL(
                    "SELECT 1 FROM %s WHERE %s = %s",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    person_id,
                )
            )
            self.assertFalse(self.env.cr.fetchone(), f"{table}.{column}")

    def test_every_table_is_filled(self):
        rows = self.fill_all(self.person)
        self.assertGreater(len(rows), 60)
        tables = {field.model_name for field in rows}
        self.assertLessEqual(
            {
                "relationship.note",
                "relationship.note.draft",
                "relationship.case",
                "relationship.referral",
                "relationship.invitation",
                "relationship.delivery",
                "relationship.handover.line",
                "relationship.preference",
                "relationship.life.event",
                "relationship.relation",
                "relationship.promise",
                "relationship.cadence",
            },
            tables,
        )

    def test_deleted(self):
        self.fill_all(self.person)
        self.env.invalidate_all()
        person_id = self.person.id
        self.person.unlink()
        self.env.flush_all()
        self.assertFalse(self.person.exists())
        self.assert_none_points_at(person_id)

    def test_deleted_by_the_database_alone(self):
        """No foreign key of ours holds on, whatever way a contact goes."""
        self.env.cr.execute(
            """
            SELECT conrelid::regclass || '.' || attname FROM pg_constraint
              JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
             WHERE contype = 'f' AND confrelid = 'res_partner'::regclass
               AND confdeltype NOT IN ('c', 'n') AND (
                   conrelid::regclass::text LIKE 'relationship\\_%'
                OR attname LIKE 'relationship\\_%')
            """
        )
        self.assertFalse(self.env.cr.fetchall())

    def test_deleted_with_real_rows(self):
        notes, draft, case, _referrals = self.make_real_rows(self.person)
        activities = (notes.promise_ids.activity_id).sudo() | case.activity_ids
        self.assertEqual(len(activities), 6)
        files = (notes.voice_ids | draft.voice_ids).sudo()
        messages = case.message_ids
        kind = self.env.ref("relationship_insight.mail_activity_type_promise")
        asked = self.person.activity_schedule(
            activity_type_id=kind.id, summary="Bring the sample", user_id=self.nok.id
        )
        promise = self.env["relationship.promise"].search([("activity_id", "=", asked.id)])
        self.assertEqual(promise.state, "open")
        self.person.unlink()
        self.env.flush_all()
        for records in (notes, draft, case, activities, files, messages):
            self.assertFalse(records.exists(), records)
        self.assertRecordValues(
            promise,
            [{"name": False, "state": "cancelled", "partner_id": False, "activity_id": False}],
        )

    def test_a_conversation_with_further_promises_is_deleted(self):
        notes = self.make_real_rows(self.person)[0]
        notes.unlink()
        self.env.flush_all()
        self.assertFalse(notes.exists())
        self.assertFalse(
            self.env["relationship.promise"].search(
                [("partner_id", "=", self.person.id), ("name", "!=", False)]
            )
        )

    def test_archived(self):
        self.fill_all(self.person)
        self.make_real_rows(self.person)
        self.person.action_archive()
        self.env.flush_all()
        self.assertFalse(self.person.active)

    def merge(self):
        self.env.invalidate_all()
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.person | self.twin).ids, self.twin
        )
        self.env.flush_all()

    def test_merged_into_somebody_new(self):
        """Every fact is the other's now; what is worked out may be made anew."""
        rows = self.fill_all(self.person)
        person_id = self.person.id
        self.merge()
        self.assert_none_points_at(person_id)
        for field, row_id in rows.items():
            if field.model_name in DERIVED:
                continue
            table = (
                field.relation if field.type == "many2many" else (self.env[field.model_name]._table)
            )
            row, column = (
                (field.column1, field.column2) if field.type == "many2many" else ("id", field.name)
            )
            self.env.cr.execute(
                SQL(
                    "SELECT %s FROM %s WHERE %s = %s",
                    SQL.identifier(column),
                    SQL.identifier(table),
                    SQL.identifier(row),
                    row_id,
                )
            )
            self.assertEqual(self.env.cr.fetchall(), [(self.twin.id,)], str(field))

    def test_merged_references(self):
        """Documents named by model and id follow as well."""
        self.fill_all(self.person)
        person_id = self.person.id
        self.merge()
        for model in self.get_ours():
            for field in model._fields.values():
                if field.store and field.type == "many2one_reference":
                    self.env.cr.execute(
                        SQL(
                            "SELECT array_agg(%s) FROM %s WHERE %s = 'res.partner'",
                            SQL.identifier(field.name),
                            SQL.identifier(model._table),
                            SQL.identifier(field.model_field),
                        )
                    )
                    self.assertNotIn(
                        person_id, self.env.cr.fetchone()[0] or [], f"{model._name}.{field.name}"
                    )

    def test_merged_with_a_twin_who_has_everything_too(self):
        for partner in (self.person, self.twin):
            self.fill_all(partner)
            self.make_real_rows(partner)
        person_id = self.person.id
        notes = (
            self.env["relationship.note"]
            .sudo()
            .search_count([("partner_id", "in", (self.person | self.twin).ids)])
        )
        self.merge()
        self.assert_none_points_at(person_id)
        self.assertEqual(
            self.env["relationship.note"].sudo().search_count([("partner_id", "=", self.twin.id)]),
            notes,
        )
