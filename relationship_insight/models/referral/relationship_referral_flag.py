from odoo import api, fields, models
from odoo.exceptions import AccessError

RULES = [
    ("self", "The same customer"),
    ("email", "Same e-mail"),
    ("phone", "Same phone"),
    ("card", "Same card or bank account"),
    ("company", "Same company"),
    ("household", "Same address"),
    ("circular", "They brought each other"),
    ("staff_self", "Staff brought themselves"),
    ("staff", "Brought by staff"),
    ("existing", "Was a customer before"),
    ("recycled", "Phone or e-mail of an earlier customer"),
    ("farming", "Friends who never came back"),
    ("burst", "Many friends in one day"),
    ("device", "Same device as others"),
    ("cashier", "Named to one cashier only"),
    ("refund", "The purchase came back"),
    ("returned", "Most of the purchase came back"),
    ("unproven", "Typed the details of a known contact"),
]


class RelationshipReferralFlag(models.Model):
    """One reason to look twice at a referral: the rule, what it saw, and what was decided."""

    _name = "relationship.referral.flag"
    _description = "Referral Flag"
    _order = "id desc"

    referral_id = fields.Many2one(
        "relationship.referral", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="referral_id.company_id", store=True, index=True)
    rule = fields.Selection(RULES, string="Reason", required=True, readonly=True)
    severity = fields.Selection(
        [("flag", "To be looked at"), ("block", "Blocked")], required=True, readonly=True
    )
    evidence = fields.Text(string="What Was Seen", readonly=True)
    decision = fields.Selection(
        [
            ("open", "Not decided"),
            ("cleared", "All is well"),
            ("upheld", "Not accepted"),
        ],
        required=True,
        default="open",
        readonly=True,
    )
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    decision_date = fields.Datetime(readonly=True)

    # Once per referral and rule: what was cleared is not raised again.
    _rule_uniq = models.Constraint(
        "UNIQUE(referral_id, rule)", "A referral is flagged once for each reason."
    )
    _open_idx = models.Index("(company_id) WHERE decision = 'open'")

    @api.depends("rule", "referral_id")
    def _compute_display_name(self):
        rules = dict(self._fields["rule"]._description_selection(self.env))
        for flag in self:
            flag.display_name = rules.get(flag.rule, "")

    def _check_may_decide(self):
        if not self.env.su and not self.env.user.has_group(
            "relationship_insight.group_relationship_relations"
        ):
            raise AccessError(self.env._("Customer Relations decides about flags."))
        self.check_access("read")

    def _decide(self, decision):
        self.sudo().write(
            {
                "decision": decision,
                "decided_by_id": self.env.uid if decision != "open" else False,
                "decision_date": fields.Datetime.now() if decision != "open" else False,
            }
        )

    def action_clear(self):
        """All is well: the referral goes on as if it had never been flagged."""
        self._check_may_decide()
        self._decide("cleared")
        self.sudo().referral_id._reopen_cleared()

    def action_uphold(self):
        """Not accepted: the referral is rejected for this reason."""
        self._check_may_decide()
        self._decide("upheld")
        self.sudo().referral_id._reject("flag")

    def action_undecide(self):
        """Take the decision back."""
        self._check_may_decide()
        self._decide("open")
        referrals = self.sudo().referral_id
        referrals._apply_blocks()
        (referrals - referrals.filtered("is_blocked"))._reopen_cleared()
