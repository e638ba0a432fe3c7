from odoo.tests import new_test_user, tagged

from .common_pulse import PulseCase


@tagged("post_install", "-at_install")
class TestPulsePortal(PulseCase):
    def test_own_open_invitations_are_listed(self):
        user = new_test_user(self.env, "malee", groups="base.group_portal")
        mine = self._invite(partner_id=user.partner_id.id)
        done = self._invite(partner_id=user.partner_id.id, state="done")
        old = self._invite(partner_id=user.partner_id.id, date_expire="2020-01-01 00:00:00")
        planned = self._invite(partner_id=user.partner_id.id, state="planned")
        foreign = self._invite()
        self.authenticate("malee", "malee")
        page = self.url_open("/my/feedback").text
        self.assertIn(mine.access_token, page)
        for invitation in (done, old, planned, foreign):
            self.assertNotIn(invitation.access_token, page)
        self.assertIn(mine._get_sealed_path("preferences"), page)
        self.assertIn("/my/feedback", self.url_open("/my/home").text)

    def test_empty_portal_page(self):
        new_test_user(self.env, "nobody", groups="base.group_portal")
        self.authenticate("nobody", "nobody")
        self.assertIn("nothing to answer just now", self.url_open("/my/feedback").text)
