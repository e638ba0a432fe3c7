from odoo import models

from ...tools.cron_wake import wake


class RelationshipInvitation(models.Model):
    """From the answer to somebody who takes care."""

    _inherit = "relationship.invitation"

    def _mark_done(self):
        res = super()._mark_done()
        wake(self.env, "relationship_insight.ir_cron_relationship_alert")
        return res

    def _callback_requested(self):
        """Open the case of whoever asked to be called, also in a shop where nobody knows them."""
        res = super()._callback_requested()
        Case = self.env["relationship.case"]
        for invitation in self.sudo():
            partner = invitation.partner_id or invitation._get_caller()
            user = Case._find_owner(partner, invitation.company_id)
            # Whoever calls reads when and about what in their own language.
            times = dict(
                self._fields["callback_time"]._description_selection(
                    self.with_context(lang=user.lang).env
                )
            )
            text = "\n".join(
                filter(
                    None,
                    (
                        invitation.callback_phone,
                        times.get(invitation.callback_time),
                        invitation.callback_about,
                    ),
                )
            )
            Case._request_callback(
                partner,
                invitation.company_id,
                f"callback:{invitation.id}",
                text,
                user=user,
                sitting=f"alert:invitation:{invitation.id}",
            )
        return res

    def _offers_callback(self):
        """Whether a call may be promised: only where somebody gets the task."""
        self.ensure_one()
        return self.sudo().campaign_id.thanks_callback and bool(
            self.env["relationship.case"]._find_owner(
                self.sudo().partner_id, self.sudo().company_id
            )
        )

    def _get_caller(self):
        """Return the contact with the number left in a shop, a new one if nobody has it."""
        self.ensure_one()
        Partner = self.env["res.partner"].sudo()
        known = Partner._find_by_phone_sudo(self.callback_phone, self.company_id)
        return known or Partner.create(
            {
                "name": self.callback_phone,
                "phone": self.callback_phone,
                "country_id": self.company_id.country_id.id,
            }
        )
