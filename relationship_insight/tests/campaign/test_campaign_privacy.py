from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common_campaign import MANAGER, NOW, RELATIONS, STAFF, CampaignCase

HIDDEN = (
    "relationship.campaign",
    "relationship.wave",
    "relationship.invitation",
    "relationship.eligibility",
    "relationship.contact.preference",
    "relationship.instrument",
)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCampaignPrivacy(CampaignCase):
    """Rated staff can't see who is asked; merging and deleting contacts keeps what was asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.a, cls.b = cls.make_customers(2)
        cls.campaign = cls.make_campaign()
        cls.staff = cls.new_user("asked_staff", STAFF)
        cls.relations = cls.new_user("asked_relations", RELATIONS)
        cls.manager = cls.new_user("asked_manager", MANAGER)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_staff_cannot_see_or_choose_who_is_asked(self):
        self.plan()
        for model in HIDDEN:
            Model = self.env[model].with_user(self.staff)
            for read in (
                lambda m: m.search([]),
                lambda m: m._read_group([], [], ["__count"]),
                lambda m: m.formatted_read_group([], [], ["__count"]),
                lambda m: m.browse(1).read(["display_name"]),
            ):
                with self.assertRaises(AccessError):
                    read(Model)
        Partner = self.a.with_user(self.staff)
        for name in ("relationship_asked", "relationship_asked_count"):
            with self.assertRaises(AccessError):
                Partner.read([name])
        with self.assertRaises(AccessError):
            self.env["relationship.ask"].with_user(self.staff).create(
                {"campaign_id": self.campaign.id, "partner_ids": self.a.ids}
            )

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_nobody_makes_or_changes_invitations_by_hand(self):
        self.plan()
        invitation = self.line(self.campaign, self.a).invitation_id
        for user in (self.relations, self.manager):
            own = invitation.with_user(user)
            self.assertEqual(own.partner_id, self.a)
            for change in (
                lambda i: i.write({"state": "done"}),
                lambda i: i.unlink(),
                lambda i: i.copy(),
                lambda i: i.read(["access_token"]),
                lambda i: i.search([("access_token", "!=", False)]),
                lambda i: i._read_group([], ["access_token"]),
            ):
                with self.assertRaises(AccessError):
                    change(own)

    def test_another_company_sees_nothing(self):
        self.plan()
        other = self.env["res.company"].create({"name": "Other store"})
        foreign = self.new_user("asked_foreign", RELATIONS)
        foreign.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        for model in (
            "relationship.campaign",
            "relationship.invitation",
            "relationship.eligibility",
            "relationship.wave",
        ):
            found = (
                self.env[model]
                .with_user(foreign)
                .with_context(allowed_company_ids=other.ids)
                .search([])
            )
            self.assertNotIn(self.company, found.company_id)

    def test_why_asked_and_why_not(self):
        self.env["relationship.contact.preference"]._get_or_create(
            self.b, self.company
        ).opted_out = True
        self.plan()
        asked, not_asked = (self.a + self.b).with_user(self.relations)
        self.assertIn("Asked by Campaign", asked.relationship_asked)
        self.assertEqual(not_asked.relationship_asked, "Not asked by Campaign: Wants no questions")
        self.assertEqual(asked.relationship_asked_count, 1)
        wizard = (
            self.env["relationship.ask"]
            .with_user(self.relations)
            .create({"campaign_id": self.campaign.id, "partner_ids": (self.a + self.b).ids})
        )
        message = wizard.action_ask()["params"]["message"]
        self.assertIn("Wants no questions: 1", message)

    def test_merged_contacts_keep_what_they_were_asked(self):
        self.plan()
        old = self.make_invitation(self.campaign, self.b, 200)
        Preference = self.env["relationship.contact.preference"]
        Preference._get_or_create(self.a, self.company).pace = "half"
        Preference._get_or_create(self.b, self.company).write(
            {"pace": "quarter", "paused_until": NOW.date() + timedelta(days=9)}
        )
        count = self.Invitation.search_count([("campaign_id", "=", self.campaign.id)])
        clash = self.line(self.campaign, self.b).invitation_id
        self.env["base.partner.merge.automatic.wizard"].with_context(
            relationship_no_refresh=False
        )._merge((self.a + self.b).ids, self.a)
        self.env.invalidate_all()
        self.assertEqual(
            self.Invitation.search_count([("campaign_id", "=", self.campaign.id)]), count
        )
        self.assertEqual(old.partner_id, self.a)
        self.assertEqual(
            (clash.partner_id.id, clash.state, clash.email), (False, "cancelled", False)
        )
        self.assertEqual(len(self.line(self.campaign, self.a)), 1)
        wish = Preference.search([("partner_id", "=", self.a.id)])
        self.assertEqual(
            (wish.pace, wish.paused_until), ("quarter", NOW.date() + timedelta(days=9))
        )

    def test_deleted_contact_leaves_no_address(self):
        self.plan()
        invitation = self.line(self.campaign, self.a).invitation_id
        self.a.unlink()
        self.env.invalidate_all()
        self.assertTrue(invitation.exists())
        self.assertFalse(
            invitation.partner_id or invitation.email or invitation.sudo().access_token
        )
