from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from ..common_note import NoteCase
from ..common_opened import opened_domain


@tagged("post_install", "-at_install")
class TestPromise(NoteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.boss.group_ids += cls.env.ref("base.group_allow_export")

    def promise(self, user=None, days=0, **vals):
        note = self.log(
            user=user,
            promise="Send the list",
            promise_date=self.today + timedelta(days=days),
            **vals,
        )
        return self.rows(note)

    def rows(self, note):
        return self.env["relationship.promise"].search([("note_id", "=", note.id)], order="id")

    def test_kept_late_and_broken(self):
        kept, late, open_one = self.promise(days=3), self.promise(days=-1), self.promise(days=-20)
        self.assertEqual(open_one.state, "open")
        self.assertTrue(open_one.is_overdue)
        (kept + late).activity_id.action_feedback()
        self.env["relationship.promise"]._cron_break()
        self.assertEqual((kept + late + open_one).mapped("state"), ["kept", "late", "broken"])
        self.assertEqual(kept.date_done, self.today)
        open_one.activity_id.action_feedback()
        self.assertEqual(open_one.state, "late", "better late than never")

    def test_the_list_opens_with_ones_own_the_oldest_first(self):
        mine = [self.promise(self.nok, days=days) for days in (5, -3, 1)]
        self.promise(self.dao)
        env = self.env(user=self.nok)
        action = env.ref("relationship_insight.relationship_promise_action").sudo()
        arch = env["relationship.promise"].get_view(view_type="list")["arch"]
        order = etree.fromstring(arch).get("default_order")
        found = env["relationship.promise"].search(opened_domain(env, action), order=order)
        self.assertEqual(found, mine[1] + mine[2] + mine[0])

    def test_a_phone_shows_cards_with_their_buttons(self):
        """Odoo opens cards on a phone where an action has any; their buttons wrap."""
        action = self.env.ref("relationship_insight.relationship_promise_action")
        self.assertIn("kanban", action.view_mode.split(","))
        arch = self.env["relationship.promise"].with_user(self.nok).get_view(view_type="kanban")
        names = etree.fromstring(arch["arch"]).xpath(
            "//footer[contains(@class, 'flex-wrap')]//button/@name"
        )
        self.assertEqual(names, ["action_keep", "action_break", "action_call_off"])

    def test_grace_is_the_companys(self):
        self.env.company.relationship_promise_grace = 30
        promise = self.promise(days=-20)
        self.env["relationship.promise"]._cron_break()
        self.assertEqual(promise.state, "open")

    def test_moving_a_past_day_does_not_help(self):
        promise = self.promise(days=1)
        promise.activity_id.date_deadline = self.today + timedelta(days=5)
        self.assertEqual(promise.date_due, self.today + timedelta(days=5))
        with freeze_time(fields.Datetime.now() + timedelta(days=7)):
            promise.activity_id.date_deadline = self.today + timedelta(days=30)
            self.assertEqual(promise.date_due, self.today + timedelta(days=5))
            promise.activity_id.action_feedback()
            self.assertEqual(promise.state, "late")

    def test_outlives_the_activity(self):
        promise = self.promise(days=2)
        promise.activity_id.unlink()
        self.assertRecordValues(
            promise, [{"state": "open", "activity_id": False, "name": "Send the list"}]
        )
        promise.with_user(self.nok).action_keep()
        self.assertEqual(promise.state, "kept")

    def test_is_handed_over_without_its_activity(self):
        promise = self.promise(days=2)
        promise.activity_id.unlink()
        taken = promise._hand_over(self.dao)
        self.assertEqual(promise.state, "handed")
        self.assertRecordValues(
            taken,
            [
                {
                    "state": "open",
                    "staff_id": self.dao.partner_id.id,
                    "handed_from_id": promise.id,
                    "date_due": self.today + timedelta(days=2),
                }
            ],
        )
        self.assertEqual(taken.activity_id.user_id, self.dao)

    def test_given_to_a_colleague(self):
        promise = self.promise(days=2)
        activity = promise.activity_id
        activity.user_id = self.dao
        mine, theirs = self.rows(promise.note_id)
        self.assertEqual((mine.state, theirs.state), ("handed", "open"))
        self.assertEqual(theirs.staff_id, self.dao.partner_id)
        promise.note_id.with_user(self.nok).promise_date = self.today + timedelta(days=4)
        self.assertEqual(activity.user_id, self.dao)
        activity.action_feedback()
        self.assertEqual(theirs.state, "kept")

    def test_words_change_with_the_conversation(self):
        promise = self.promise(days=2)
        promise.note_id.promise = "Send the long list"
        self.assertEqual(self.rows(promise.note_id).mapped("name"), ["Send the long list"])
        promise.note_id.promise = False
        self.assertEqual(promise.state, "cancelled")

    def test_deleted_conversation_leaves_figures_without_words(self):
        kept, open_one = self.promise(), self.promise()
        kept.activity_id.action_feedback()
        private = self.promise(visibility="me")
        (kept + open_one + private).note_id.unlink()
        self.assertFalse(private.exists())
        self.assertRecordValues(
            kept + open_one,
            [{"name": False, "state": "kept"}, {"name": False, "state": "cancelled"}],
        )

    def test_activity_of_the_type_promise(self):
        kind = self.env.ref("relationship_insight.mail_activity_type_promise")
        activity = (
            self.customer.with_user(self.nok)
            .sudo()
            .activity_schedule(
                activity_type_id=kind.id, summary="Bring the sample", user_id=self.nok.id
            )
        )
        promise = self.env["relationship.promise"].search([("activity_id", "=", activity.id)])
        self.assertRecordValues(
            promise,
            [
                {
                    "name": "Bring the sample",
                    "partner_id": self.customer.id,
                    "staff_id": self.nok.partner_id.id,
                    "visibility": "company",
                }
            ],
        )
        self.customer.activity_schedule(summary="A plain one", user_id=self.nok.id)
        self.assertEqual(
            self.env["relationship.promise"].search_count([("partner_id", "=", self.customer.id)]),
            1,
        )

    def test_who_sees_and_settles(self):
        shared, private = self.promise(days=2), self.promise(days=2, visibility="me")
        both = [("id", "in", (shared + private).ids)]
        for user, seen in ((self.nok, 2), (self.dao, 1), (self.boss, 1)):
            Promise = self.env["relationship.promise"].with_user(user)
            self.assertEqual(Promise.search_count(both), seen, user.login)
            groups = Promise.formatted_read_group(both, ["staff_id"], ["__count"])
            self.assertEqual(groups[0]["__count"], seen)
            self.assertEqual(
                len(self.env["relationship.promise.report"].with_user(user).search(both)),
                {self.nok: 2, self.dao: 0, self.boss: 1}[user],
            )
        with self.assertRaises(AccessError):
            shared.with_user(self.dao).action_keep()
        with self.assertRaises(AccessError):
            private.with_user(self.boss).export_data(["name"])
        with self.assertRaises(AccessError):
            shared.with_user(self.nok).write({"state": "kept"})
        shared.with_user(self.boss).action_call_off()
        self.assertEqual(shared.state, "cancelled")
        with self.assertRaises(AccessError):
            shared.with_user(self.plain).read(["name"])

    def test_rates(self):
        promises = [self.promise(days=days) for days in (3, 3, 3, -1)]
        for promise in promises:
            promise.activity_id.action_feedback()
        self.promise(days=-20)
        self.promise(days=3)
        self.promise(days=3).activity_id.user_id = self.dao
        self.env["relationship.promise"]._cron_break()
        Report = self.env["relationship.promise.report"].with_user(self.boss)
        rows = {
            staff: figures
            for staff, *figures in Report._read_group(
                [("staff_id", "in", (self.nok + self.dao).partner_id.ids)],
                ["staff_id"],
                [
                    "kept:sum",
                    "late:sum",
                    "broken:sum",
                    "handed:sum",
                    "still_open:sum",
                    "kept_rate:avg",
                ],
            )
        }
        self.assertEqual(rows[self.nok.partner_id.with_user(self.boss)], [3, 1, 1, 1, 1, 0.6])
        self.assertEqual(
            rows[self.dao.partner_id.with_user(self.boss)],
            [0, 0, 0, 0, 1, False],
            "who settled none has no share, not a share of 0",
        )
