import secrets

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

# Nobody is asked twice within a day, and never twice about the same four weeks. No setting
# switches these off.
FLOOR_HOURS = 24
EMOTION_FLOOR_DAYS = 28
# Setting: the lowest value it may take.
LOWEST = {
    "relationship_quarantine_days": 1,
    "relationship_quarantine_answered_days": 1,
    "relationship_quarantine_relationship_days": 1,
    "relationship_emotion_days": EMOTION_FLOOR_DAYS,
    "relationship_budget_invitations": 1,
    "relationship_budget_reminders": 0,
    "relationship_backoff_slow": 1,
    "relationship_backoff_stop": 1,
    "relationship_new_days": 0,
    "relationship_active_days": 0,
    "relationship_patience_days": 1,
    "relationship_ledger_months": 6,
}
READY = "relationship_campaign_"


class ResCompany(models.Model):
    _inherit = "res.company"

    relationship_sender = fields.Char(string="Sender of Questions")
    relationship_lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language of Customers",
    )
    relationship_quarantine_days = fields.Integer(string="Days Between Two Invitations", default=30)
    relationship_quarantine_answered_days = fields.Integer(
        string="Days of Rest After an Answer", default=30
    )
    relationship_quarantine_relationship_days = fields.Integer(
        string="Days Between Two Relationship Questionnaires", default=90
    )
    relationship_emotion_days = fields.Integer(
        string="Days Between Two Questions How Often They Felt Something", default=90
    )
    relationship_budget_invitations = fields.Integer(string="Invitations a Year", default=6)
    relationship_budget_reminders = fields.Integer(string="Reminders a Year", default=6)
    relationship_backoff_slow = fields.Integer(
        string="Ignored Invitations Until Asked Half as Often", default=2
    )
    relationship_backoff_stop = fields.Integer(
        string="Ignored Invitations Until Not Asked Any More", default=4
    )
    relationship_new_days = fields.Integer(string="Days a New Customer Isn't Asked", default=30)
    relationship_active_days = fields.Integer(
        string="Days Since the Last Purchase",
        default=365,
        help="Customers who haven't bought for longer aren't asked about the relationship. "
        "0: no limit.",
    )
    relationship_patience_days = fields.Integer(
        string="Days to Wait for a Turn",
        default=30,
        help="Who had to wait longer for other campaigns goes first.",
    )
    relationship_ledger_months = fields.Integer(
        string="Months to Keep Who Was Asked and Why", default=24
    )
    relationship_holdout_share = fields.Float(
        string="Never Asked",
        default=0.05,
        digits=(16, 4),
        help="This share of customers is never asked by anybody, so that you can tell what asking "
        "itself changes. Drawn by chance, the same ones for years.",
    )
    relationship_holdout_seed = fields.Char(
        copy=False, groups=fields.NO_ACCESS, default=lambda self: secrets.token_hex(16)
    )

    @api.constrains("relationship_sender")
    def _check_relationship_sender(self):
        for company in self.filtered("relationship_sender"):
            if not email_normalize(company.relationship_sender):
                raise ValidationError(
                    self.env._(
                        "“%(sender)s” isn't one e-mail address.", sender=company.relationship_sender
                    )
                )

    def _get_relationship_sender(self):
        """The address that customers get questions from, False if there is none."""
        self.ensure_one()
        return self.relationship_sender or (self.email and self.email_formatted)

    @api.constrains(*LOWEST, "relationship_holdout_share")
    def _check_relationship_campaign(self):
        for company in self:
            for name, lowest in LOWEST.items():
                if company[name] < lowest:
                    raise ValidationError(
                        self.env._(
                            "%(setting)s: at least %(lowest)s.",
                            lowest=lowest,
                            setting=self._fields[name]._description_string(self.env),
                        )
                    )
            if not 0 <= company.relationship_holdout_share <= 0.5:
                raise ValidationError(
                    self.env._("Between 0 and 50 % of customers can be left out for ever.")
                )

    # Every company has the ready-made campaigns, also one that comes later.

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._create_ready_campaigns()
        return companies

    @api.model
    def _create_missing_ready_campaigns(self):
        """Give every company without a campaign the ready-made ones."""
        have = (
            self.env["relationship.campaign"]
            .sudo()
            .with_context(active_test=False)
            ._read_group([], ["company_id"])
        )
        self.sudo().search(
            [("id", "not in", [company.id for (company,) in have])]
        )._create_ready_campaigns()

    def _create_ready_campaigns(self):
        """Copy the shipped campaigns, as drafts, with their names in every language."""
        Campaign = self.env["relationship.campaign"].sudo().with_context(active_test=False)
        named = (
            self.env["ir.model.data"]
            .sudo()
            .search(
                [
                    ("module", "=", "relationship_insight"),
                    ("model", "=", Campaign._name),
                    ("name", "=like", f"{READY}%"),
                ]
            )
        )
        ready = Campaign.browse(named.mapped("res_id")).exists()
        for company in self:
            ready.copy(
                {
                    "company_id": company.id,
                    "active": True,
                    "audience_domain": "[]",
                    "email_from": False,
                    "reply_to": False,
                    "mail_template_id": False,
                    "reminder_template_id": False,
                    "stratum_field_id": False,
                    "user_id": self.env.user.id if self.env.user.active else False,
                }
            )
