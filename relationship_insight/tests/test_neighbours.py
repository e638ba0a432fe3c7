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
        survey = self.env["survey.survey"].create({
            "title": "Canteen", "survey_type": "survey",
            "question_and_page_ids": [(0, 0, {
                "title": "Name a dish", "question_type": "char_box"})]})
        user_input = survey._create_answer(partner=self.customer)
        user_input._mark_in_progress()
        self.assertEqual(self.our_statements(user_input._mark_done), [])

    def test_order_tells_us_in_one_query(self):
        order = self.env["sale.order"].create({
            "partner_id": self.customer.id,
            "order_line": [(0, 0, {
                "name": "Tea", "product_id": self.env["product.product"].create(
                    {"name": "Tea", "type": "service"}).id, "price_unit": 10})]})
        statements = self.our_statements(order.action_confirm)
        self.assertEqual(len(statements), 1, statements)
        self.assertIn("relationship_refresh_queue", statements[0])
        self.assertIn("relationship_referral_queue", self.env["relationship.refresh.queue"]
                      ._get_buyer_inserts([self.customer.id]).popitem()[1].code)
        self.env.cr.execute(
            "SELECT COUNT(*) FROM relationship_refresh_queue WHERE commercial_partner_ref = %s",
            [self.customer.id])
        self.assertEqual(self.env.cr.fetchone(), (1,))

    def test_contact_of_whom_we_know_nothing_moves_and_goes_cheaply(self):
        here, there = self.env["res.partner"].create([
            {"name": "Rice Mill", "is_company": True}, {"name": "Pier", "is_company": True}])
        person = self.env["res.partner"].create({"name": "Dao", "parent_id": here.id})
        moving = self.our_statements(lambda: person.write({"parent_id": there.id}))
        self.assertLessEqual(len(moving), 6, moving)
        deleting = self.our_statements(person.unlink)
        self.assertLessEqual(len(deleting), 2, deleting)

    def test_rows_follow_a_contact_to_another_customer(self):
        here, there = self.env["res.partner"].create([
            {"name": "Rice Mill", "is_company": True}, {"name": "Pier", "is_company": True}])
        boss = self.env["res.partner"].create({"name": "Dao", "parent_id": here.id})
        clerk = self.env["res.partner"].create({"name": "Nok", "parent_id": boss.id})
        note = self.env["relationship.note"].create({
            "partner_id": clerk.id, "channel": "store", "purpose": "listen", "summary": "Tea"})
        referral = self.env["relationship.referral"].create(
            {"referrer_id": boss.id, "referred_id": self.customer.id, "source": "staff"})
        self.assertEqual(note.commercial_partner_id, here)
        self.assertEqual(referral.referrer_commercial_id, here)
        boss.parent_id = there
        self.assertEqual(note.commercial_partner_id, there)
        self.assertEqual(referral.referrer_commercial_id, there)

    def test_whoever_may_copy_a_till_copies_what_it_shows(self):
        manager = new_test_user(
            self.env, "till manager", "base.group_system,point_of_sale.group_pos_manager",
            company_id=self.env.company.id, company_ids=[fields.Command.set(self.env.company.ids)])
        config = self.env["pos.config"].create({"name": "Market"})
        config.write({"relationship_strip_1": "like", "relationship_strip_everybody": True})
        copied = config.with_user(manager).copy()
        self.assertRecordValues(copied, [{
            "relationship_strip_1": "like", "relationship_strip_2": "talk",
            "relationship_strip_everybody": True}])
        self.env["pos.config"].with_user(manager).create({
            "name": "Pier", "relationship_strip_1": "care", "relationship_strip_everybody": False})
