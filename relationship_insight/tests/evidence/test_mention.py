from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..pulse.common_pulse import PulseCase


@tagged("post_install", "-at_install")
class TestMention(PulseCase):
    """Stores customers name: known ones are ranked, unknown ones wait for a human."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.relationship_store_names = "Mali Shop"
        cls.rival = cls.env["relationship.competitor"].create({"name": "Big C"})
        cls.mind = cls._make_campaign("mind", "M06")
        cls.user = new_test_user(
            cls.env, "rel", groups="relationship_insight.group_relationship_relations"
        )

    def _say(self, *names):
        invitation = self._invite(self.mind)
        path = invitation._get_answer_url()
        status, _reply = self._tap(path, self._nonce(path), M06=list(names))
        self.assertEqual(status, 200)
        return invitation

    def _waiting(self):
        self.env.invalidate_all()
        return (
            self.env["relationship.mention"].with_user(self.user).search([("ignored", "=", False)])
        )

    def test_recall_in_order(self):
        invitation = self._say("Big C Rama 4", "Corner", "mali shop", "")
        self.assertEqual(
            self._answers(invitation),
            {"M06": "Big C Rama 4\nCorner\nmali shop", ("M06", "Big C"): 1},
        )
        ours = invitation.reading_ids.filtered(lambda r: not r.competitor_id)
        self.assertEqual((ours.value, ours.na), (3, False))
        self.assertEqual(self._waiting().mapped("key"), ["corner"])

    def test_match_codes_past_answers(self):
        first = self._say("Corner", "Big C", "Mali Shop")
        second = self._say("Mali Shop", "the corner")
        third = self._say("CORNER")
        new = self.env["relationship.competitor"].create({"name": "Corner Shop Ltd"})
        waiting = self._waiting().filtered(lambda m: m.key == "corner")
        self.assertEqual(len(waiting), 2)
        name = waiting[0].name
        action = waiting[:1].action_match()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.user)
            .with_context(**action["context"])
            .create({"competitor_id": new.id})
        )
        wizard.action_match()
        self.assertEqual(new.aliases, name)
        self.assertEqual(self._answers(first)["M06", "Corner Shop Ltd"], 1)
        self.assertEqual(self._answers(third), {"M06": "na", ("M06", "Corner Shop Ltd"): 1})
        self.assertEqual(len(self._answers(first)), 3)
        # "the corner" holds the alias, but nobody asked about it: it waits by its own name.
        self.assertEqual(self._waiting().mapped("key"), ["the corner"])
        self.assertNotIn(("M06", "Corner Shop Ltd"), self._answers(second))
        self._waiting().action_new_competitor()
        self.assertEqual(self._answers(second)["M06", "the corner"], 2)
        self.assertFalse(self._waiting())

    def test_coding_again_adds_nothing(self):
        invitation = self._say("Corner", "Mali Shop")
        self._waiting().action_new_competitor()
        before = self._answers(invitation)
        count = self.env["relationship.reading"].search_count([])
        invitation.reading_ids._recode_mentions()
        self.assertEqual(self._answers(invitation), before)
        self.assertEqual(self.env["relationship.reading"].search_count([]), count)

    def test_our_own_store(self):
        invitation = self._say("Big C", "Khun Mali's")
        self.assertEqual(self._answers(invitation)["M06"], "na")
        self._waiting().action_ours()
        self.assertIn("Khun Mali's", self.company.relationship_store_names)
        ours = self.env["relationship.reading"].search(
            [
                ("invitation_id", "=", invitation.id),
                ("competitor_id", "=", False),
                ("voided", "=", False),
            ]
        )
        self.assertRecordValues(ours, [{"value": 2, "na": False, "text": "Big C\nKhun Mali's"}])

    def test_no_store(self):
        self._say("no idea")
        self._waiting().action_ignore()
        self.assertFalse(self._waiting())

    def test_answered_anew_leaves_the_queue(self):
        invitation = self._invite(self.mind)
        path = invitation._get_answer_url()
        nonce = self._nonce(path)
        self._tap(path, nonce, M06="Cornr")
        self._tap(path, nonce, at=3000, M06="Big C")
        self.assertEqual(self._answers(invitation)["M06", "Big C"], 1)
        self.assertFalse(self._waiting())

    def test_staff_see_no_queue(self):
        self._say("Corner")
        staff = new_test_user(
            self.env, "staff", groups="relationship_insight.group_relationship_staff"
        )
        mention = self.env["relationship.mention"].search([], limit=1).with_user(staff)
        with self.assertRaises(AccessError):
            mention.action_new_competitor()
