from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .relationship_referral import ACCEPTED, ENDED, STRENGTH


class RelationshipReferral(models.Model):
    """One referral, one life: which claim counts, who confirmed it, and how it ends."""

    _inherit = "relationship.referral"

    def _start(self):
        """Look at new or changed claims at once: what the rules say, and which one counts."""
        self._apply_purchases()
        self._apply_rules()
        self._resolve()
        self.env["relationship.referral.queue"]._wake(self._get_customer_ids())

    # ------------------------------------------------------------
    # Which claim counts
    # ------------------------------------------------------------

    def _get_competing(self):
        """Return all claims on the same friends, these included."""
        if not self:
            return self
        friends = self.referred_commercial_id
        leads = self.filtered(lambda referral: not referral.referred_id).lead_id
        return self.search(
            Domain("company_id", "in", self.company_id.ids)
            & (
                Domain("referred_commercial_id", "in", friends.ids)
                | Domain("lead_id", "in", leads.ids) & Domain("referred_id", "=", False)
            )
        )

    def _resolve(self):
        """Of the claims on one friend, accept the one the programme's rule picks.

        A claim counts when it is sure enough or confirmed by hand. One that led to a purchase
        stays; the others are kept as claimed and point to it.
        """
        groups = {}
        for claim in self._get_competing().sorted("id"):
            if claim.state not in ENDED:
                key = (claim.company_id, claim.referred_commercial_id or claim.lead_id)
                groups[key] = groups.get(key, self.browse()) | claim
        for claims in groups.values():
            winner = claims._pick_winner()
            for loser in (claims - winner).filtered(lambda claim: claim.state in ACCEPTED):
                loser._end_rewards()
                loser.write({"state": "claimed", **self._blank_purchase()})
            self.flush_model()
            if winner and winner.state == "claimed":
                winner._mark_confirmed("rule")
            for claim in claims:
                better = winner if claim != winner else self.browse()
                if claim.winner_id != better:
                    claim.winner_id = better

    def _pick_winner(self):
        """Return which of these claims on one friend counts, none when none is sure."""
        sticky = self.filtered(lambda claim: claim.state in ("qualified", "rewarded"))
        if sticky:
            return sticky[0]
        able = self.filtered(
            lambda claim: (
                claim.referrer_id
                and not claim.is_blocked
                and (claim.confirmed_how == "desk" or claim.program_id._is_sure(claim.source))
            )
        )
        by_hand = able.filtered(lambda claim: claim.confirmed_how == "desk")
        if by_hand:
            return by_hand.sorted("confirmed_date")[-1]
        if not able:
            return able
        rule = able[0].program_id.attribution
        ordered = able.sorted(lambda claim: (claim.date, claim.id))
        if rule == "last":
            return ordered[-1]
        if rule == "strongest":
            ordered = ordered.sorted(lambda claim: -STRENGTH[claim.source])
        return ordered[0]

    def _mark_confirmed(self, how):
        self.write(
            {
                "state": "confirmed",
                "reason": False,
                "confirmed_by_id": self.env.uid if how == "desk" else self.confirmed_by_id.id,
                "confirmed_date": fields.Datetime.now(),
                "confirmed_how": self.confirmed_how or how,
            }
        )

    def _blank_purchase(self):
        return {
            "order_model": False,
            "order_id": False,
            "order_date": False,
            "order_amount": 0,
            "qualified_date": False,
            "reward_date": False,
            "rewarded_date": False,
        }

    # ------------------------------------------------------------
    # How it ends
    # ------------------------------------------------------------

    def _reject(self, reason):
        """End these referrals; what was given is taken back."""
        live = self.filtered(lambda referral: referral.state != "rejected")
        if not live:
            return
        live._end_rewards()
        led = live.filtered(lambda referral: referral.state in ("qualified", "rewarded"))
        # Those who lost to it may count now.
        (led._get_competing() - live).filtered(
            lambda referral: referral.state == "rejected" and referral.reason == "other"
        ).write({"state": "claimed", "reason": False})
        live.write({"state": "rejected", "reason": reason, "winner_id": False})
        live._drop_thanks()
        live._get_competing()._resolve()

    def _apply_blocks(self):
        """Reject those a rule blocks."""
        self.flush_recordset()
        blocked = self.filtered(lambda ref: ref.is_blocked and ref.state not in ENDED)
        existing = blocked.filtered(
            lambda ref: any(
                flag.rule == "existing" and flag.decision != "cleared" for flag in ref.flag_ids
            )
        )
        existing._reject("existing")
        (blocked - existing)._reject("block")

    def _reopen_cleared(self):
        """Give those rejected for a flag that is gone another chance."""
        again = self.filtered(
            lambda ref: (
                ref.state == "rejected"
                and not ref.is_blocked
                and ref.reason in ("block", "flag", "existing")
            )
        )
        again._reopen()

    def _reopen(self):
        taken = self.filtered("reward_ids")
        if taken:
            taken.reward_ids.filtered(lambda reward: reward.state == "capped").unlink()
        self.write({"state": "claimed", "reason": False, **self._blank_purchase()})
        self.flush_model()
        self._start()

    # ------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------

    def _check_may_decide(self):
        if not self.env.su and not self.env.user.has_group(
            "relationship_insight.group_relationship_relations"
        ):
            raise AccessError(self.env._("Customer Relations decides about referrals."))
        self.check_access("write")

    def action_confirm(self):
        """Accept these claims by hand; each then counts before the others on the same friend."""
        self._check_may_decide()
        for referral in self:
            if referral.state != "claimed":
                raise UserError(
                    self.env._(
                        "%(referral)s is not waiting for a decision.",
                        referral=referral.display_name,
                    )
                )
            if not referral.referrer_id:
                raise UserError(
                    self.env._(
                        "First find the customer behind the name %(name)s.",
                        name=referral.referrer_name,
                    )
                )
            if referral.winner_id.state in ("qualified", "rewarded"):
                raise UserError(
                    self.env._(
                        "%(other)s already led to a purchase and counts instead.",
                        other=referral.winner_id.display_name,
                    )
                )
        chosen = self.sudo()
        chosen.write(
            {
                "confirmed_how": "desk",
                "confirmed_by_id": self.env.uid,
                "confirmed_date": fields.Datetime.now(),
            }
        )
        chosen._resolve()
        self.env["relationship.referral.queue"]._wake(chosen._get_customer_ids())

    def action_reject(self):
        """Reject these referrals by hand."""
        self._check_may_decide()
        self.sudo()._reject("desk")

    def action_reopen(self):
        """Take back a rejection or an expiry."""
        self._check_may_decide()
        ended = self.sudo().filtered(lambda referral: referral.state in ENDED)
        if any(referral.is_blocked for referral in ended):
            raise UserError(self.env._("A rule blocks it: decide about its flags first."))
        ended.write({"confirmed_how": False})
        ended._reopen()

    # ------------------------------------------------------------
    # Thank-you
    # ------------------------------------------------------------

    def _ask_for_thanks(self):
        """Have somebody thank the customers whose friends just bought, once per referral."""
        Activity = self.env["mail.activity"].sudo()
        kind = self.env.ref(
            "relationship_insight.mail_activity_type_thank", raise_if_not_found=False
        )
        due = self.filtered(lambda ref: not ref.thank_activity_id and ref._get_thanking_user())
        activities = Activity.create(
            [
                {
                    "activity_type_id": kind.id if kind else False,
                    "summary": ref.env._(
                        "Thank %(referrer)s for bringing %(friend)s",
                        referrer=ref.referrer_id.name,
                        friend=ref.referred_id.name,
                    ),
                    "date_deadline": fields.Date.add(fields.Date.context_today(ref), days=2),
                    "user_id": ref._get_thanking_user().id,
                    **ref.referrer_id._get_activity_place(ref.company_id),
                }
                for ref in (ref.with_context(lang=ref._get_thanking_user().lang) for ref in due)
            ]
        )
        for ref, activity in zip(due, activities):
            ref.thank_activity_id = activity

    def _get_thanking_user(self):
        self.ensure_one()
        users = (
            self.referrer_id.user_id
            | self.referrer_commercial_id.user_id
            | self.program_id.user_id
            | self.staff_id.user_ids
            | self.confirmed_by_id
        )
        return users.filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids
        )[:1]

    def _drop_thanks(self):
        self.thank_activity_id.filtered("active").unlink()
