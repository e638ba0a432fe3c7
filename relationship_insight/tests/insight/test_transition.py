import json
from types import SimpleNamespace
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.bus.models.bus import channel_with_db, json_dump

from ..common_card import MANAGER, CardCase


@tagged("post_install", "-at_install")
class TestTransition(CardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_customer("Mali", user_id=cls.rep.id)
        cls.new_profile(cls.customer, **cls.rich_values())
        cls.readings = cls.new_readings(cls.customer, count=2)

    def new_change(self, **vals):
        return self.env["relationship.transition"].create(
            {
                "commercial_partner_id": self.customer.id,
                "company_id": self.company.id,
                "date": self.today,
                "class_from": "unknown",
                "class_to": "true",
                "attitude_before": 0,
                "attitude_after": 79.4,
                "rate_before": 0.04,
                "rate_after": 0.04,
                "reading_ids": self.readings.ids,
                **vals,
            }
        )

    def test_reason_names_what_moved(self):
        for expected, vals in (
            ("They told us how they feel: attitude 79 of 100.", {}),
            ("Attitude went from 62 to 79.", {"attitude_before": 62}),
            (
                "Attitude went from 62 to 41. They buy 7.3 times a year instead of 14.6.",
                {"attitude_before": 62, "attitude_after": 41, "rate_after": 0.02},
            ),
            ("They began to buy.", {"attitude_before": 79.4, "rate_before": 0}),
            ("Time went by, and older evidence weighs less.", {"attitude_before": 79.2}),
        ):
            with self.subTest(expected):
                self.assertEqual(self.new_change(**vals).reason, expected)

    def test_who_warmed_and_who_cooled(self):
        expected = {
            ("low", "spurious"): "warmed",
            ("spurious", "latent"): "warmed",
            ("latent", "true"): "warmed",
            ("true", "low"): "cooled",
            ("latent", "spurious"): "cooled",
            ("unknown", "true"): False,
            ("true", "unknown"): False,
            (False, "low"): False,
        }
        changes = {
            moved: self.new_change(class_from=moved[0], class_to=moved[1]) for moved in expected
        }
        self.assertEqual({m: change.direction for m, change in changes.items()}, expected)
        Change = self.env["relationship.transition"].with_user(self.relations)
        ours = [("commercial_partner_id", "=", self.customer.id)]
        for direction in ("warmed", "cooled", False):
            self.assertEqual(
                set(Change.search([*ours, ("direction", "=", direction)]).ids),
                {changes[moved].id for moved, way in expected.items() if way == direction},
            )
        both = Change.search([*ours, ("direction", "!=", False)])
        self.assertEqual(len(both), 5)
        both = Change.search([*ours, ("direction", "in", ["warmed", "cooled"])])
        self.assertEqual(len(both), 5)

    def test_who_changed_is_told_with_feelings_the_reader_may_know(self):
        change = self.new_change(class_from="true", class_to="low")
        felt = self.new_readings(self.customer, count=1)
        felt.measure_id = self.env["relationship.measure"].search(
            [("parent_id.code", "=", "M02")], limit=1
        )
        change.reading_ids = (self.readings + felt).ids
        action = self.env.ref("relationship_insight.relationship_transition_action_lately")
        for user, heard in (
            (self.rep, felt.measure_id.name),
            (self.relations, felt.measure_id.name),
        ):
            rows = (
                self.env[action.res_model]
                .with_user(user)
                .web_search_read([("user_id", "=", self.rep.id)], {"heard": {}, "direction": {}})
            )
            self.assertEqual(
                rows["records"], [{"id": change.id, "heard": heard, "direction": "cooled"}]
            )
        self.customer.user_id = self.colleague
        self.assertFalse(self.env[action.res_model].with_user(self.rep).search([]))

    def test_card_tells_the_latest_changes(self):
        for name in ("low", "latent", "spurious", "unknown"):
            change = self.new_change(class_from=name)
        self.new_change(class_from=False)
        changes = self.card(self.customer, self.rep)["changes"]
        self.assertEqual([row["from"] for row in changes], ["unknown", "spurious", "latent"])
        self.assertEqual(
            changes[0],
            {
                "id": change.id,
                "date": self.today,
                "from": "unknown",
                "to": "true",
                "reason": change.reason,
            },
        )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_evidence_stays_under_the_rules(self):
        self.readings[0].staff_id = self.colleague.partner_id
        self.readings[0].flush_recordset()
        self.env.cr.execute(
            "UPDATE relationship_reading SET origin = 'survey' WHERE id = %s", [self.readings[0].id]
        )
        change = self.new_change()
        for user, seen in ((self.rep, self.readings[1]), (self.relations, self.readings)):
            own = self.as_user(user, "relationship.transition").browse(change.id)
            self.assertEqual(own.evidence_ids.sudo(), seen.sudo())
        with self.assertRaises(AccessError):
            self.as_user(self.colleague, "relationship.transition").browse(change.id).read(
                ["reason"]
            )

    def channels_of(self, user):
        """What the bus lets this user hear beside what the screen asks for."""
        Socket = self.env["ir.websocket"].with_user(user)
        request = SimpleNamespace(session=SimpleNamespace(uid=user.id))
        with patch("odoo.addons.bus.models.ir_websocket.request", new=request):
            return {
                json_dump(channel_with_db(self.env.cr.dbname, channel))
                for channel in Socket._build_bus_channel_list([])
            }

    def test_refresh_tells_open_screens_of_the_companys_staff_alone(self):
        theirs = self.new_customer("Elsewhere")
        self.env["relationship.profile"].create(
            {
                "commercial_partner_id": theirs.id,
                "company_id": self.other_company.id,
                "date": self.today,
            }
        )
        stranger = self.new_user("transition_stranger", MANAGER, self.other_company)
        Bus = self.env["bus.bus"]
        before = Bus.search([], order="id desc", limit=1).id or 0
        self.env["relationship.profile"]._tell_screens([self.customer.id, theirs.id])
        self.env.cr.precommit.run()
        messages = Bus.search([("id", ">", before)])
        for user, told in (
            (self.rep, [self.customer.id]),
            (stranger, [theirs.id]),
            (self.plain, None),
        ):
            channels = self.channels_of(user)
            heard = [
                json.loads(message.message) for message in messages if message.channel in channels
            ]
            self.assertEqual(
                heard,
                [
                    {
                        "type": "relationship.profile/refreshed",
                        "payload": {"customers": told},
                    }
                ]
                if told
                else [],
            )

    def test_half_a_balance_of_feelings_is_none(self):
        """Where only good feelings were asked for, the card shows no figure instead of a zero."""
        profile = self.env["relationship.profile"].search(
            [("commercial_partner_id", "=", self.customer.id)]
        )
        self.assertEqual(self.card(self.customer)["axes"]["feelings"]["value"], 55)
        profile.write({"feeling_negative": 0, "feeling_balance": 0})
        self.assertIsNone(self.card(self.customer)["axes"]["feelings"]["value"])
