from odoo import models
from odoo.fields import Domain

from .relationship_referral import ACCEPTED, ENDED

RANK = {"rewarded": 3, "qualified": 2, "confirmed": 1, "claimed": 0}


class RelationshipReferral(models.Model):
    """What becomes of referrals when two contacts turn out to be one customer."""

    _inherit = "relationship.referral"

    def _fold_into(self, partners, customer):
        """Make room before these contacts become part of a customer.

        Of two referrals that will say the same the one that got further stays, and of two
        accepted ones of the same friend likewise; the rest is kept as rejected or claimed.

        :param partners: contacts about to be merged into, or to move below, the customer
        :param customer: their commercial entity afterwards
        """
        own = partners.filtered(lambda partner: partner.commercial_partner_id == partner)
        moving = Domain("referrer_id", "in", partners.ids) | Domain(
            "referred_id", "in", partners.ids) | Domain(
            "referrer_commercial_id", "in", (own | customer).ids) | Domain(
            "referred_commercial_id", "in", (own | customer).ids)
        touched = self.sudo().search(moving & Domain("state", "not in", ENDED))

        def after(person, now):
            if person in partners or now in own:
                return customer
            return now

        said, brought = {}, {}
        for ref in touched.sorted(lambda ref: (-RANK[ref.state], ref.date, ref.id)):
            referrer = after(ref.referrer_id, ref.referrer_commercial_id)
            friend = after(ref.referred_id, ref.referred_commercial_id)
            if referrer and friend and referrer == friend:
                ref._fold_away()
                continue
            if referrer and friend and said.setdefault(
                    (referrer, friend, ref.company_id), ref) != ref:
                ref._fold_away()
                continue
            if friend and ref.state in ACCEPTED and brought.setdefault(
                    (friend, ref.company_id), ref) != ref:
                ref._end_rewards()
                ref.write({
                    "state": "claimed", "winner_id": brought[friend, ref.company_id].id,
                    **ref._blank_purchase()})
        self.flush_model()
        return touched

    def _fold_away(self):
        self._end_rewards()
        self._drop_thanks()
        self.write({"state": "rejected", "reason": "merged", "winner_id": False})

    def _forget_person(self, deleted):
        """Forget who was meant; what happened stays as a count, and friends are still thanked."""
        self.env["relationship.referral.queue"]._wake(self._get_customer_ids())
        for referral in self.with_context(active_test=False):
            activity = referral.thank_activity_id
            if activity:
                activity.write({
                    "summary": activity.activity_type_id.summary or activity.res_name,
                    "note": False})
        if deleted:
            # A bare name on somebody who is gone says nothing any more.
            self.filtered(lambda ref: not ref.referrer_id).unlink()
