from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    relationship_sender = fields.Char(related="company_id.relationship_sender", readonly=False)
    relationship_lang = fields.Selection(related="company_id.relationship_lang", readonly=False)
    relationship_quarantine_days = fields.Integer(
        related="company_id.relationship_quarantine_days", readonly=False
    )
    relationship_quarantine_answered_days = fields.Integer(
        related="company_id.relationship_quarantine_answered_days", readonly=False
    )
    relationship_quarantine_relationship_days = fields.Integer(
        related="company_id.relationship_quarantine_relationship_days", readonly=False
    )
    relationship_emotion_days = fields.Integer(
        related="company_id.relationship_emotion_days", readonly=False
    )
    relationship_budget_invitations = fields.Integer(
        related="company_id.relationship_budget_invitations", readonly=False
    )
    relationship_budget_reminders = fields.Integer(
        related="company_id.relationship_budget_reminders", readonly=False
    )
    relationship_backoff_slow = fields.Integer(
        related="company_id.relationship_backoff_slow", readonly=False
    )
    relationship_backoff_stop = fields.Integer(
        related="company_id.relationship_backoff_stop", readonly=False
    )
    relationship_new_days = fields.Integer(
        related="company_id.relationship_new_days", readonly=False
    )
    relationship_active_days = fields.Integer(
        related="company_id.relationship_active_days", readonly=False
    )
    relationship_patience_days = fields.Integer(
        related="company_id.relationship_patience_days", readonly=False
    )
    relationship_ledger_months = fields.Integer(
        related="company_id.relationship_ledger_months", readonly=False
    )
    relationship_holdout_share = fields.Float(
        related="company_id.relationship_holdout_share", readonly=False
    )
