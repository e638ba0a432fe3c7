import ast
import re
from dataclasses import replace
from pathlib import Path

from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from odoo.addons.relationship_insight.models.insight.refresh import bonds, classes, store_bonds
from odoo.addons.relationship_insight.tools.scope import Scope

from .common_population import NOW, PopulationCase

MODELS = Path(classes.__file__).parents[2]
TEMPORARY = re.compile(r"\brelationship_new(?!_days)(?:_[a-z]+)?\b")
# What a row is about and when it was written; all else in it is a figure.
KEYS = {
    "id",
    "commercial_partner_id",
    "company_id",
    "create_uid",
    "create_date",
    "write_uid",
    "write_date",
}


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestRefreshSteps(PopulationCase):
    """What the refresh writes is what its steps bring, in the order that is written here."""

    customers = 20

    def _scope(self, customers=None):
        calibration = self.env["relationship.calibration"]._calibrate(self.shop, NOW.date())
        return Scope.at(self.shop, NOW.date(), customers, calibration.params)

    def _steps(self, scope):
        steps = self.env["relationship.profile"]._refresh_steps(scope, None)
        return [*steps, classes.whole(scope, steps)]

    def _stored(self, model):
        """Columns of a table that hold figures."""
        return sorted(
            name
            for name, field in self.env[model]._fields.items()
            if field.store and field.column_type and name not in KEYS
        )

    def test_every_figure_is_of_one_step(self):
        """No stored figure is left out or brought twice, and none is brought that isn't stored."""
        named = [name for step in self._steps(self._scope()) for name in step.columns]
        self.assertEqual(sorted(named), self._stored("relationship.profile"))

    def test_every_part_of_a_bond_is_of_its_step(self):
        named = [
            *bonds.bonds(self._scope()).columns,
            *store_bonds.BESIDE,
            "staff_id",
            "date",
            "band",
        ]
        self.assertEqual(sorted(named), self._stored("relationship.bond"))

    def test_steps_have_their_rooms(self):
        """Which step brings what, and whose figures make somebody a customer with an insight."""
        steps = self._steps(self._scope())
        self.assertEqual(
            [
                (
                    step.name.removeprefix("relationship_new"),
                    len(step.columns),
                    step.makes_customers,
                )
                for step in steps
            ],
            [
                ("_bought", 0, False),
                ("_promo", 0, False),
                ("_behaviour", 21, True),
                ("_rank", 4, False),
                ("_voice", 20, True),
                ("_mix", 6, False),
                ("_closest", 8, True),
                ("", 14, False),
            ],
        )

    def test_a_new_figure_is_one_column_of_one_step(self):
        """One more column of a step arrives in the table: of everyone, and of a few customers."""
        Profile = self.registry["relationship.profile"]
        refresh_steps = Profile._refresh_steps

        def with_one_more(self, scope, grid):
            return [
                replace(
                    step,
                    columns={**step.columns, "x_talkative": 0},
                    query=SQL(
                        "SELECT made.*, reading_count * 2 AS x_talkative FROM (%s) made", step.query
                    ),
                )
                if "reading_count" in step.columns
                else step
                for step in refresh_steps(self, scope, grid)
            ]

        self.env.cr.execute("ALTER TABLE relationship_profile ADD COLUMN x_talkative integer")
        self.patch(Profile, "_refresh_steps", with_one_more)

        def read():
            return self.env.execute_query(
                SQL(
                    """
                SELECT COUNT(*) FILTER (WHERE reading_count > 0), COUNT(*),
                       COUNT(*) FILTER (WHERE x_talkative = reading_count * 2)
                  FROM relationship_profile
                """
                )
            )[0]

        self.env["relationship.profile"]._refresh()
        heard, customers, right = read()
        self.assertGreater(heard, 5)
        self.assertEqual(right, customers)
        self.env.cr.execute("UPDATE relationship_profile SET x_talkative = -1")
        few = self.people[:5].commercial_partner_id
        self.env["relationship.profile"]._refresh(few)
        self.assertEqual(
            read()[2],
            self.env["relationship.profile"].search_count(
                [("commercial_partner_id", "in", few.ids)]
            ),
        )
        self.assertGreater(read()[2], 1)

    def test_effects_in_their_order(self):
        """What is done with a night's figures, and with those of a few customers."""
        Profile, calibration = (
            self.env["relationship.profile"],
            self.env["relationship.calibration"],
        )
        night = Profile._refresh_effects(self._scope(), [], calibration)
        self.assertEqual(
            [name for name, _effect in night],
            [
                "transitions",
                "profiles written",
                "bonds written",
                "grid of ranks",
                "borders and coverage",
                "days to talk next",
            ],
        )
        few = Profile._refresh_effects(self._scope([1]), [], calibration)
        self.assertEqual(
            [name for name, _effect in few],
            ["transitions", "profiles written", "bonds written", "days to talk next"],
        )

    def test_a_temporary_table_is_named_once(self):
        """The name of a table of the refresh stands in the module of its step alone."""
        named = {}
        for file in sorted(MODELS.rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    for name in TEMPORARY.findall(node.value):
                        named.setdefault(name, []).append(file.name)
        self.assertEqual(
            named,
            {
                "relationship_new": ["classes.py"],
                "relationship_new_behaviour": ["purchases.py"],
                "relationship_new_bond": ["bonds.py"],
                "relationship_new_bought": ["purchases.py"],
                "relationship_new_closest": ["bonds.py"],
                "relationship_new_mix": ["motives.py"],
                "relationship_new_promo": ["purchases.py"],
                "relationship_new_rank": ["ranks.py"],
                "relationship_new_voice": ["voice.py"],
            },
        )

    def test_functions_are_no_models(self):
        """The refresh is functions: no class of Odoo's, and no import of one."""
        for file in Path(classes.__file__).parent.glob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("odoo"):
                    self.assertEqual(node.module, "odoo.tools", file.name)
                if isinstance(node, ast.ClassDef):
                    self.assertEqual((file.name, node.name), ("step.py", "Step"))
