from odoo import api, fields, models
from odoo.fields import Domain

# One card per customer, to which rewards are added; the others are made anew each time.
WALLETS = ("loyalty", "ewallet")


class RelationshipReferralReward(models.Model):
    """What one side got for a referral; at most one row per referral and side, for ever."""

    _name = "relationship.referral.reward"
    _description = "Referral Reward"
    _order = "id desc"

    referral_id = fields.Many2one(
        "relationship.referral", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="referral_id.company_id", store=True, index=True)
    side = fields.Selection(
        [
            ("referrer", "Who brought them"),
            ("referred", "The friend"),
        ],
        string="For",
        required=True,
        readonly=True,
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index=True, ondelete="set null"
    )
    program_id = fields.Many2one(
        "loyalty.program", string="Loyalty Programme", readonly=True, ondelete="restrict"
    )
    card_id = fields.Many2one(
        "loyalty.card",
        string="Card or Coupon",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    points = fields.Float(string="Given", readonly=True)
    taken_back = fields.Float(readonly=True)
    date = fields.Date(readonly=True, default=fields.Date.context_today)
    state = fields.Selection(
        [
            ("issued", "Given"),
            ("capped", "Over the limit"),
            ("reversed", "Taken back"),
            ("spent", "Spent before it could be taken back"),
        ],
        required=True,
        readonly=True,
    )
    period = fields.Char(readonly=True)
    slot = fields.Integer(
        string="Number in Period",
        readonly=True,
        help="Which of the customer's rewards in the period it is: two at once can't take the "
        "same place, so that the limit holds.",
    )
    mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null")

    _side_uniq = models.Constraint(
        "UNIQUE(referral_id, side)", "A referral is rewarded once on each side."
    )
    _slot_uniq = models.UniqueIndex(
        "(company_id, partner_id, period, slot) WHERE slot > 0 AND side = 'referrer'"
    )

    @api.depends("side", "partner_id")
    def _compute_display_name(self):
        sides = dict(self._fields["side"]._description_selection(self.env))
        for reward in self:
            reward.display_name = f"{sides.get(reward.side, '')}: {reward.partner_id.name or ''}"

    def _credit(self, loyalty, points):
        """Put the points on the customer's card, with a line in its history."""
        self.ensure_one()
        Card = self.env["loyalty.card"].sudo().with_context(loyalty_no_mail=True)
        card = Card
        if loyalty.program_type in WALLETS:
            card = Card.search(
                Domain("program_id", "=", loyalty.id)
                & Domain("partner_id", "=", self.partner_id.id),
                order="id",
                limit=1,
            )
            # Two rewards at once on one card: the second waits, then starts from the new balance.
            card.lock_for_update()
            card.invalidate_recordset(["points"])
        if card:
            card.points += points
        else:
            card = Card.create(
                {
                    "program_id": loyalty.id,
                    "partner_id": self.partner_id.id,
                    "points": points,
                    "expiration_date": loyalty.date_to
                    if loyalty.program_type not in WALLETS
                    else False,
                }
            )
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
        self.env["loyalty.history"].sudo().create(
            {
                "card_id": self.card_id.id,
                "description": text,
                "order_model": "relationship.referral",
                "order_id": self.referral_id.id,
                **points,
            }
        )

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
            reward.write(
                {
                    "state": "spent" if spent else "reversed",
                    "taken_back": left,
                    # The place in the period is free again.
                    "slot": 0,
                }
            )

    def _get_amount_text(self):
        """Return what was given in words and money, as the customer reads it."""
        self.ensure_one()
        return self.program_id.sudo()._get_gift_text(self.points)

    def _send_mail(self):
        """Tell those who got something, each in their language; the mail queue sends it."""
        template = self.env.ref(
            "relationship_insight.mail_template_referral_reward", raise_if_not_found=False
        )
        if not template or self.env.context.get("loyalty_no_mail"):
            return
        due = self.filtered(
            lambda reward: (
                reward.state == "issued"
                and not reward.mail_id
                and reward.partner_id.email
                and not reward.partner_id.is_blacklisted
            )
        )
        for reward in due:
            reward.mail_id = template.sudo().send_mail(
                reward.id, email_layout_xmlid="relationship_insight.mail_customer_layout"
            )
