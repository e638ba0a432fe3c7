from odoo import fields, models
from odoo.fields import Domain

from ...tools.sql_once import once

# One card per customer, to which rewards are added; the others are made anew each time.
WALLETS = ("loyalty", "ewallet")


class RelationshipReferral(models.Model):
    """Rewards: given once through Odoo's loyalty programmes, and taken back when need be."""

    _inherit = "relationship.referral"

    def _reward_due(self):
        """Reward those of these referrals whose time has come and that nobody has to look at."""
        today = fields.Date.context_today(self)
        due = self.filtered(
            lambda ref: ref.state == "qualified" and ref.reward_date
            and ref.reward_date <= today and ref.flag_state not in ("open", "blocked")
            and (ref.program_id.referrer_program_id or ref.program_id.referred_program_id))
        for ref in due:
            ref._issue_rewards()

    def _issue_rewards(self):
        """Give both sides what the programme promises; a second run gives nothing more."""
        self.ensure_one()
        program = self.program_id
        rewards = self.reward_ids
        for side, partner, loyalty, points in (
            ("referrer", self.referrer_id, program.referrer_program_id, program.referrer_points),
            ("referred", self.referred_id, program.referred_program_id, program.referred_points),
        ):
            if loyalty and points and partner and side not in rewards.mapped("side"):
                rewards |= self._issue_reward(side, partner, loyalty, points)
        vals = {"reward_date": False}
        if "issued" in rewards.mapped("state"):
            vals |= {"state": "rewarded", "rewarded_date": fields.Datetime.now()}
        self.write(vals)
        rewards._send_mail()

    def _issue_reward(self, side, partner, loyalty, points):
        """Store the reward first, under its unique key, then credit the card."""
        Reward = self.env["relationship.referral.reward"]
        vals = {
            "referral_id": self.id, "side": side, "partner_id": partner.id,
            "program_id": loyalty.id, "state": "issued",
        }
        if side == "referrer":
            period, slot = self._take_cap_slot(partner)
            vals |= {"period": period, "slot": slot or 0}
            if slot is None:
                return Reward.create({**vals, "state": "capped"})
        with once(self.env.cr, "This reward was given just now."):
            reward = Reward.create(vals)
        reward._credit(loyalty, points)
        return reward

    def _take_cap_slot(self, partner):
        """Return (period, number) of the customer's next reward, the number None at the limit."""
        program = self.program_id
        period = program._get_cap_period(fields.Date.context_today(self))
        taken = self.env["relationship.referral.reward"].search([
            ("company_id", "=", self.company_id.id), ("partner_id", "=", partner.id),
            ("side", "=", "referrer"), ("period", "=", period), ("slot", ">", 0),
        ]).mapped("slot")
        slot = max(taken, default=0) + 1
        if program.cap_count and len(taken) >= program.cap_count:
            return period, None
        return period, slot

    def _end_rewards(self):
        """Take back what was given for these referrals."""
        self.reward_ids.filtered(lambda reward: reward.state == "issued")._reverse()


class RelationshipReferralReward(models.Model):
    _inherit = "relationship.referral.reward"

    def _credit(self, loyalty, points):
        """Put the points on the customer's card, with a line in its history."""
        self.ensure_one()
        Card = self.env["loyalty.card"].sudo().with_context(loyalty_no_mail=True)
        card = Card
        if loyalty.program_type in WALLETS:
            card = Card.search(
                Domain("program_id", "=", loyalty.id)
                & Domain("partner_id", "=", self.partner_id.id), order="id", limit=1)
            # Two rewards at once on one card: the second waits, then starts from the new balance.
            card.lock_for_update()
            card.invalidate_recordset(["points"])
        if card:
            card.points += points
        else:
            card = Card.create({
                "program_id": loyalty.id,
                "partner_id": self.partner_id.id,
                "points": points,
                "expiration_date": loyalty.date_to
                if loyalty.program_type not in WALLETS else False,
            })
        self.write({"card_id": card.id, "points": points})
        self._log_history(issued=points)

    def _log_history(self, **points):
        lang = self.partner_id.lang or self.env.lang
        reward = self.with_context(lang=lang)
        text = reward.env._("Thank you for bringing a friend")
        if points.get("used"):
            text = reward.env._("Taken back: your friend's purchase was returned")
        elif self.side == "referred":
            text = reward.env._("Welcome: a friend brought you")
        self.env["loyalty.history"].sudo().create({
            "card_id": self.card_id.id,
            "description": text,
            "order_model": "relationship.referral",
            "order_id": self.referral_id.id,
            **points,
        })

    def _reverse(self):
        """Take the points back as far as they are still there, and say so in the history."""
        for reward in self:
            card = reward.card_id.sudo().with_context(loyalty_no_mail=True)
            left = 0
            if card:
                card.lock_for_update()
                card.invalidate_recordset(["points"])
                left = max(0, min(reward.points, card.points))
            if left:
                card.points -= left
                reward._log_history(used=left)
            if card and card.program_type not in WALLETS and not card.points:
                card.active = False
            spent = reward.points - left > 0.005
            reward.write({
                "state": "spent" if spent else "reversed",
                "taken_back": left,
                # The place in the period is free again.
                "slot": 0,
            })

    def _get_amount_text(self):
        """Return what was given in words and money, as the customer reads it."""
        self.ensure_one()
        return self.program_id.sudo()._get_gift_text(self.points)

    def _send_mail(self):
        """Tell those who got something, each in their language; the mail queue sends it."""
        template = self.env.ref(
            "relationship_insight.mail_template_referral_reward", raise_if_not_found=False)
        if not template or self.env.context.get("loyalty_no_mail"):
            return
        due = self.filtered(
            lambda reward: reward.state == "issued" and not reward.mail_id
            and reward.partner_id.email and not reward.partner_id.is_blacklisted)
        for reward in due:
            reward.mail_id = template.sudo().send_mail(
                reward.id, email_layout_xmlid="relationship_insight.mail_customer_layout")
