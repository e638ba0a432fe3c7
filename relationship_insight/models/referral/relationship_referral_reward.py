from odoo import api, fields, models


class RelationshipReferralReward(models.Model):
    """What one side got for a referral; at most one row per referral and side, for ever."""

    _name = "relationship.referral.reward"
    _description = "Referral Reward"
    _order = "id desc"

    referral_id = fields.Many2one(
        "relationship.referral", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="referral_id.company_id", store=True, index=True)
    side = fields.Selection([
        ("referrer", "Who brought them"),
        ("referred", "The friend"),
    ], string="For", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index=True, ondelete="set null")
    program_id = fields.Many2one(
        "loyalty.program", string="Loyalty Programme", readonly=True, ondelete="restrict")
    card_id = fields.Many2one(
        "loyalty.card", string="Card or Coupon", readonly=True, ondelete="set null",
        index="btree_not_null")
    points = fields.Float(string="Given", readonly=True)
    taken_back = fields.Float(readonly=True)
    date = fields.Date(readonly=True, default=fields.Date.context_today)
    state = fields.Selection([
        ("issued", "Given"),
        ("capped", "Over the limit"),
        ("reversed", "Taken back"),
        ("spent", "Spent before it could be taken back"),
    ], required=True, readonly=True)
    period = fields.Char(readonly=True)
    slot = fields.Integer(
        string="Number in Period", readonly=True,
        help="Which of the customer's rewards in the period it is: two at once can't take the "
        "same place, so that the limit holds.")
    mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null")

    _side_uniq = models.Constraint(
        "UNIQUE(referral_id, side)", "A referral is rewarded once on each side.")
    _slot_uniq = models.UniqueIndex(
        "(company_id, partner_id, period, slot) WHERE slot > 0 AND side = 'referrer'")

    @api.depends("side", "partner_id")
    def _compute_display_name(self):
        sides = dict(self._fields["side"]._description_selection(self.env))
        for reward in self:
            reward.display_name = f"{sides.get(reward.side, '')}: {reward.partner_id.name or ''}"
