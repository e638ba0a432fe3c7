from datetime import timedelta

from odoo import fields, models

PAUSES = {"month": 30, "quarter": 91, "half": 182, "year": 365}
ASKING_CHANNELS = ("email", "sms", "portal")
DECISIONS_SHOWN = 6


class RelationshipInvitation(models.Model):
    """The customer's wishes, from the pages for them, and why they were asked."""

    _inherit = "relationship.invitation"

    def _get_wishes(self):
        """Return the preference of the person who was asked, empty if there is none yet."""
        self.ensure_one()
        return self.env["relationship.contact.preference"].sudo().search([
            ("partner_id", "=", self.sudo().partner_id.id),
            ("company_id", "=", self.sudo().company_id.id)], limit=1)

    def _set_wishes(self, vals):
        """Store wishes of the person who was asked; the next planning goes by them."""
        self.ensure_one()
        invitation = self.sudo()
        wishes = self.env["relationship.contact.preference"].sudo()._get_or_create(
            invitation.partner_id, invitation.company_id)
        wishes.write({**vals, "date_wished": fields.Datetime.now()})
        left = wishes.opted_out_campaign_ids
        invitation.opted_out = "all" if wishes.opted_out else (
            "campaign" if invitation.campaign_id in left else False)
        if wishes.opted_out or left:
            waiting = self.sudo().search([
                ("partner_id", "=", invitation.partner_id.id), ("state", "=", "planned"),
                ("company_id", "=", invitation.company_id.id)])
            waiting.filtered(
                lambda i: wishes.opted_out or i.campaign_id in left)._cancel()
        return wishes

    def _unsubscribe(self, only_this=False):
        """Leave all questions of the company, or only this campaign's.

        Who says "don't ask me" means all of it. Doing it again changes nothing.
        """
        self._set_wishes({
            "opted_out_campaign_ids": [fields.Command.link(self.sudo().campaign_id.id)],
        } if only_this else {"opted_out": True})

    def _resubscribe(self):
        """Take back what :meth:`_unsubscribe` did."""
        self._set_wishes({
            "opted_out": False,
            "opted_out_campaign_ids": [fields.Command.unlink(self.sudo().campaign_id.id)]})

    def _get_pause_end(self, pause):
        """Return the day a break of this name ends, False for none."""
        days = PAUSES.get(pause)
        return days and fields.Date.context_today(self) + timedelta(days=days)

    def _get_reason_asked(self):
        """Return in a sentence why this person was asked."""
        self.ensure_one()
        invitation = self.sudo()
        campaign = invitation.campaign_id
        what = {
            "first_purchase": self.env._("you bought from us for the first time"),
            "sale_confirmed": self.env._("you placed an order with us"),
            "sale_delivered": self.env._("your order was delivered"),
            "pos_order": self.env._("you bought something in our shop"),
            "case_closed": self.env._("we looked after something for you"),
            "anniversary": self.env._("it is the anniversary of your first purchase"),
            "silence": self.env._("we haven't seen you for some time"),
        }.get(campaign.event)
        if campaign.kind == "event" and what:
            reference = self._get_order_reference()
            return self.env._("Because %(what)s (%(reference)s).", what=what, reference=reference) \
                if reference else self.env._("Because %(what)s.", what=what)
        unit = dict(campaign._fields["cadence_unit"]._description_selection(self.env))
        every = f"{campaign.cadence_number} {unit.get(campaign.cadence_unit, '')}"
        if campaign.cadence_number == 1:
            every = {"days": self.env._("day"), "months": self.env._("month")}[
                campaign.cadence_unit]
        if campaign.sampling_fraction < 1:
            return self.env._(
                "Because your name was drawn. Every %(every)s we ask some of our customers, chosen "
                "by chance and never by what they spend.", every=every)
        return self.env._(
            "Because every %(every)s we ask our customers the same questions, and your turn has "
            "come. Some rest, and a few chosen by chance are never asked.", every=every)

    def _get_order_reference(self):
        """Return the name of the order that was the occasion, False if there is none."""
        invitation = self.sudo()
        if not invitation.order_id or invitation.order_model not in self.env:
            return False
        order = self.env[invitation.order_model].sudo().browse(invitation.order_id).exists()
        return order.display_name if order else False

    def _get_decisions(self):
        """Return the last decisions whether to ask this person, newest first, in words."""
        self.ensure_one()
        rows = self.env["relationship.eligibility"].sudo().search([
            ("partner_id", "=", self.sudo().partner_id.id),
            ("company_id", "=", self.sudo().company_id.id),
        ], limit=DECISIONS_SHOWN, order="date desc, id desc")
        reasons = dict(rows._fields["reason"]._description_selection(self.env))
        return [{
            "date": fields.Datetime.context_timestamp(
                self.with_context(tz=self.sudo().tz or "UTC"), row.date).date(),
            "campaign": row.campaign_id._get_public_title(),
            "reason": reasons[row.reason],
        } for row in rows]
