import re
import uuid
from datetime import datetime, timedelta

from psycopg2 import Error
from psycopg2.extras import Json

from odoo.tests import TransactionCase, new_test_user
from odoo.tools import SQL, mute_logger

# Another one each time: files outlive the tests that wrote them.
RUN = uuid.uuid4().hex[:6]
MARK = re.compile(rf"MARK\d+Z{RUN}")
WORDS = ("char", "text", "html", "json")
# Figures written in letters: they say nothing of whom they are about.
FIGURES = {
    ("relationship.eligibility", "event_key"),
    ("relationship.eligibility", "stratum"),
    ("relationship.invitation", "shop_name"),
    ("relationship.invitation", "source_key"),
    ("relationship.invitation", "stratum"),
    ("relationship.profile", "motives"),
    ("relationship.referral.reward", "period"),
    ("relationship.snapshot", "confidence"),
    ("relationship.snapshot", "unknown_reason"),
    ("relationship.transition", "confidence"),
    ("relationship.transition", "reading_ids"),
}
START = datetime(2025, 1, 1)


class PersonCase(TransactionCase):
    """Fills every table of ours that can point at a contact, as the registry says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.counter = cls.used = 0
        cls.nok = new_test_user(
            cls.env, "nok", groups="relationship_insight.group_relationship_staff"
        )
        cls.boss = new_test_user(
            cls.env,
            "boss",
            groups=("relationship_insight.group_relationship_manager,base.group_partner_manager"),
        )
        cls.env.company.relationship_holdout_share = 0
        cls.env.flush_all()
        cls.env.cr.execute("""
            INSERT INTO res_partner (name, complete_name, active, type, autopost_bills)
            SELECT 'Somebody else', 'Somebody else', true, 'contact', 'ask'
              FROM generate_series(1, 3000) RETURNING id""")
        cls.others = cls.env["res.partner"].browse([row[0] for row in cls.env.cr.fetchall()])
        cls.env.cr.execute(
            "UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%s)", [cls.others.ids]
        )

        cls.people_tables = {field.model_name for field in cls.get_links()}

    # ------------------------------------------------------------
    # Which tables
    # ------------------------------------------------------------

    @classmethod
    def get_ours(cls):
        return [
            model
            for name, model in sorted(cls.env.registry.items())
            if name.startswith("relationship.") and not model._abstract and model._auto
        ]

    @classmethod
    def get_links(cls, comodel="res.partner"):
        """Return the fields of our tables, and ours of other tables, that point at a model."""
        found = []
        for model in cls.env.registry.values():
            if model._abstract or not model._auto:
                continue
            mine = model._name.startswith("relationship.")
            found += [
                field
                for field in model._fields.values()
                if field.store
                and field.comodel_name == comodel
                and field.type in ("many2one", "many2many")
                and (mine or field._module == "relationship_insight")
                and field.name not in ("create_uid", "write_uid")
            ]
        return sorted(found, key=str)

    # ------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------

    @classmethod
    def mark(cls):
        cls.counter += 1
        return f"MARK{cls.counter}Z{RUN}"

    def insert(self, model, marked=False, **values):
        """Insert a row with every required field; return its id. Past the ORM and its rules."""
        values = {**self.get_values(model, marked), **values}
        table = SQL.identifier(self.env[model]._table)
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                self.env.cr.execute(
                    SQL(
                        "INSERT INTO %s (%s) VALUES (%s) RETURNING id",
                        table,
                        SQL(", ").join(map(SQL.identifier, ["id", *values])),
                        SQL(", ").join(
                            [SQL("DEFAULT"), *(SQL("%s", value) for value in values.values())]
                        ),
                    )
                )
                return self.env.cr.fetchone()[0]
        except Error as error:
            self.fail(
                f"{model} can't be filled by itself: {error}. Make a row of it by hand in "
                f"PersonCase.get_special_values"
            )

    def get_values(self, model, marked):
        type(self).counter += 1
        day = START + timedelta(days=2 * self.counter)
        kinds = {
            field.model_field
            for field in self.env[model]._fields.values()
            if field.type == "many2one_reference"
        }
        values = {}
        for name, field in self.env[model]._fields.items():
            if not field.store or not field.column_type or name == "id":
                continue
            words = field.type in WORDS and name not in kinds and (model, name) not in FIGURES
            if not field.required and not (marked and words):
                continue
            # A row that something merely hangs on says nothing of the person.
            word = self.mark() if marked else f"{name} {self.counter}"
            if field.type == "json" or field.translate:
                values[name] = Json({"en_US": word})
            elif field.type in WORDS:
                values[name] = word
            elif field.type == "many2one":
                values[name] = self.get_some(field.comodel_name)
            elif field.type == "selection":
                values[name] = field.get_values(self.env)[0]
            elif field.type in ("date", "datetime"):
                values[name] = day
            elif field.type == "boolean":
                values[name] = False
            elif field.type in ("integer", "float", "monetary", "many2one_reference"):
                values[name] = self.counter
        return {**values, **self.get_special_values(model)}

    def get_special_values(self, model):
        """Return what a table's own rules want."""
        special = {
            "relationship.referral.program": {
                "window_days": 30,
                "late_days": 0,
                "hold_days": 0,
                "farm_days": 1,
                "cap_count": 1,
                "farm_count": 2,
                "farm_share": 0.5,
            },
        }
        return special.get(model, {})

    def get_some(self, comodel):
        """Return the id of any row that isn't the person's."""
        if comodel == "res.partner":
            type(self).used += 1
            return self.others[self.used].id
        if comodel == "res.company":
            return self.env.company.id
        if comodel == "res.users":
            return self.nok.id
        if comodel not in self.people_tables:
            self.env.cr.execute(
                SQL("SELECT id FROM %s LIMIT 1", SQL.identifier(self.env[comodel]._table))
            )
            if row := self.env.cr.fetchone():
                return row[0]
        return self.insert(comodel)

    def fill(self, person, fields_, marked=False):
        """Insert a row for each of these fields that points at the person; return {field: id}."""
        rows = {}
        for field in fields_:
            rows[field] = self.point(field, person.id, marked)
        return rows

    def point(self, field, to_id, marked=False):
        """Insert one row whose field points there."""
        if field.type == "many2one":
            return self.insert(field.model_name, marked, **{field.name: to_id})
        row_id = self.insert(field.model_name, marked)
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s, %s) VALUES (%s, %s)",
                SQL.identifier(field.relation),
                SQL.identifier(field.column1),
                SQL.identifier(field.column2),
                row_id,
                to_id,
            )
        )
        return row_id

    def make_real_rows(self, person, words="said"):
        """Make what staff and the customer make by the normal paths."""
        self.env.flush_all()
        note = (
            self.env["relationship.note"]
            .with_user(self.nok)
            .create(
                {
                    "partner_id": person.id,
                    "summary": words,
                    "promise": words,
                    "promise_ids": [(0, 0, {"name": words}), (0, 0, {"name": words})],
                    "voice_ids": [
                        (
                            0,
                            0,
                            {
                                "name": "Voice.mp3",
                                "raw": b"ID3" + words.encode(),
                                "res_model": "relationship.note",
                                "res_id": 0,
                            },
                        )
                    ],
                }
            )
        )
        private = (
            self.env["relationship.note"]
            .with_user(self.nok)
            .create(
                {"partner_id": person.id, "summary": words, "promise": words, "visibility": "me"}
            )
        )
        draft = (
            self.env["relationship.note.draft"]
            .with_user(self.nok)
            .create(
                {
                    "partner_id": person.id,
                    "summary": words,
                    "voice_ids": [
                        (
                            0,
                            0,
                            {
                                "name": words,
                                "raw": b"ID3draft" + words.encode(),
                                "res_model": "relationship.note",
                                "res_id": 0,
                            },
                        )
                    ],
                }
            )
        )
        self.env["relationship.note"].with_user(self.nok)._take_voices(draft)
        case = self.env["relationship.case"].create(
            {"name": words, "partner_id": person.id, "description": words, "user_id": self.nok.id}
        )
        case.message_post(body=words, subject=words, attachments=[(words, words.encode())])
        case.activity_schedule(summary=words, note=words, user_id=self.nok.id)
        done = case.activity_schedule(summary=words, user_id=self.nok.id)
        done.action_feedback(feedback=words)
        referral = self.env["relationship.referral"].create(
            {"referrer_id": self.others[0].id, "referred_id": person.id}
        )
        referral.message_post(body=words)
        bare = self.env["relationship.referral"].create(
            {"referrer_name": words, "referred_id": person.id}
        )
        return note | private, draft, case, referral | bare
