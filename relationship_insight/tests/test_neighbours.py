from unittest.mock import patch

from odoo import fields
from odoo.sql_db import Cursor
from odoo.tests import new_test_user, tagged

from .survey.common_survey import SurveyCaptureCase


@tagged("post_install", "-at_install")
class TestNeighbours(SurveyCaptureCase):
    """Odoo's own work costs nothing where nothing is ours, and one query where it is."""

    def our_statements(self, work):
        """The statements on our tables that a piece of work sends."""
        execute, seen = Cursor.execute, []

        def watch(cursor, query, *args, **kwargs):
            text = query.code if hasattr(query, "code") else query
            if "relationship_" in text:
                seen.append(" ".join(text.split())[:100])
            return execute(cursor, query, *args, **kwargs)

        self.env.flush_all()
        with patch.object(Cursor, "execute", watch):
            work()
            self.env.flush_all()
        return seen

    def test_ordinary_survey_sends_no_query_of_ours(self):
        survey = self.env["survey.survey"].create(
            {
                "title": "Canteen",
                "survey_type": "survey",
                "question_and_page_ids": [
                    (0, 0, {"title": "Name a dish", "question_type": "char_box"})
                ],
            }
        )
        user_input = survey._create_answer(partner=self.customer)
        user_input._mark_in_progress()
        self.assertEqual(self.our_statements(user_input._mark_done), [])

    def test_order_tells_us_in_one_query(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "name": "Tea",
                            "product_id": self.env["product.product"]
                            .create({"name": "Tea", "type": "service"})
                            .id,
                            "price_unit": 10,
                        },
                    )
                ],
            }
        )
        statements = self.our_statements(order.action_confirm)
        self.assertEqual(len(statements), 1, statements)
        self.assertIn("relationship_refresh_queue", statements[0])
        self.assertIn(
            "relationship_referral_queue",
            self.env["relationship.refresh.queue"]
            ._get_buyer_inserts([self.customer.id])
            .popitem()[1]
            .code,
        )
        self.env.cr.execute(
            "SELECT COUNT(*) FROM relationship_refresh_queue WHERE commercial_partner_ref = %s",
            [self.customer.id],
        )
        self.assertEqual(self.env.cr.fetchone(), (1,))

    def make_people(self):
        """(where Dao works, where she goes, Dao, Nok below her)"""
        here, there = self.env["res.partner"].create(
            [{"name": "Rice Mill", "is_company": True}, {"name": "Pier", "is_company": True}]
        )
        boss = self.env["res.partner"].create({"name": "Dao", "parent_id": here.id})
        clerk = self.env["res.partner"].create({"name": "Nok", "parent_id": boss.id})
        return here, there, boss, clerk

    def test_contact_of_whom_we_know_nothing_moves_and_goes_at_one_query(self):
        here, there, boss, clerk = self.make_people()
        boss.parent_id = there  # Whatever is asked once and then cached.
        moving = self.our_statements(lambda: boss.write({"parent_id": here.id}))
        self.assertEqual(len(moving), 1, moving)
        deleting = self.our_statements(clerk.unlink)
        self.assertEqual(len(deleting), 1, deleting)
        self.assertEqual(self.our_statements(lambda: boss.write({"function": "Boss"})), [])
        self.assertFalse(self.queued(here | there))

    def queued(self, partners):
        """Those of these customers who wait to be read anew."""
        self.env.cr.execute(
            "SELECT commercial_partner_ref FROM relationship_refresh_queue"
            " WHERE commercial_partner_ref = ANY(%s)",
            [partners.ids],
        )
        return {row[0] for row in self.env.cr.fetchall()}

    def test_rows_follow_a_contact_to_another_customer(self):
        here, there, boss, clerk = self.make_people()
        note = self.env["relationship.note"].create(
            {"partner_id": clerk.id, "channel": "store", "purpose": "listen", "summary": "Tea"}
        )
        referral = self.env["relationship.referral"].create(
            {"referrer_id": boss.id, "referred_id": self.customer.id, "source": "staff"}
        )
        touch = self.env["relationship.touch"].search([("partner_id", "=", clerk.id)])
        self.assertEqual(note.commercial_partner_id, here)
        self.assertEqual(referral.referrer_commercial_id, here)
        self.assertEqual(touch.commercial_partner_id, here)
        boss.parent_id = there
        self.assertEqual(note.commercial_partner_id, there)
        self.assertEqual(referral.referrer_commercial_id, there)
        self.assertEqual(touch.commercial_partner_id, there)

    def test_both_customers_are_read_anew_whatever_it_is_that_we_know(self):
        """The person, somebody below, whom they buy for, or merely that there is news."""

        def listen(partner):
            self.env["relationship.reading"].create(
                {
                    "measure_id": self.env.ref("relationship_insight.measure_m02_glad").id,
                    "partner_id": partner.id,
                    "value": 2,
                    "origin": "staff",
                }
            )

        def know(partner):
            self.env["relationship.profile"].create(
                {
                    "commercial_partner_id": partner.id,
                    "company_id": self.env.company.id,
                    "date": fields.Date.today(),
                }
            )

        for kept in (
            lambda here, boss, clerk: listen(boss),
            lambda here, boss, clerk: listen(clerk),
            lambda here, boss, clerk: know(here),
            lambda here, boss, clerk: self.env["relationship.refresh.queue"]._add(here.ids),
        ):
            here, there, boss, clerk = self.make_people()
            kept(here, boss, clerk)
            self.env.flush_all()
            self.env.cr.execute(
                "DELETE FROM relationship_refresh_queue WHERE commercial_partner_ref != %s",
                [here.id],
            )
            boss.parent_id = there
            self.assertEqual(self.queued(here | there), set((here | there).ids))

    def test_plans_follow_the_salesperson(self):
        first, second = [
            new_test_user(self.env, login, "base.group_user") for login in ("first", "second")
        ]
        firm = self.env["res.partner"].create(
            {"name": "Mill", "is_company": True, "user_id": first.id}
        )
        plan = self.env["relationship.cadence"]._get_or_create(firm, self.env.company)
        self.assertEqual(plan.user_id, first)
        firm.user_id = second
        self.assertEqual(plan.user_id, second)
        firm.user_id = False
        self.assertFalse(plan.user_id)

    def test_whoever_may_copy_a_till_copies_what_it_shows(self):
        manager = new_test_user(
            self.env,
            "till manager",
            "base.group_system,point_of_sale.group_pos_manager",
            company_id=self.env.company.id,
            company_ids=[fields.Command.set(self.env.company.ids)],
        )
        config = self.env["pos.config"].create({"name": "Market"})
        config.write({"relationship_strip_1": "like", "relationship_strip_everybody": True})
        copied = config.with_user(manager).copy()
        self.assertRecordValues(
            copied,
            [
                {
                    "relationship_strip_1": "like",
                    "relationship_strip_2": "talk",
                    "relationship_strip_everybody": True,
                }
            ],
        )
        self.env["pos.config"].with_user(manager).create(
            {"name": "Pier", "relationship_strip_1": "care", "relationship_strip_everybody": False}
        )
