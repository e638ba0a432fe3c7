from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    relationship_mail_from = fields.Float(
        related="company_id.relationship_mail_from", readonly=False)
    relationship_mail_to = fields.Float(related="company_id.relationship_mail_to", readonly=False)
    relationship_message_from = fields.Float(
        related="company_id.relationship_message_from", readonly=False)
    relationship_message_to = fields.Float(
        related="company_id.relationship_message_to", readonly=False)
    relationship_send_days = fields.Selection(
        related="company_id.relationship_send_days", readonly=False)
    relationship_send_hourly = fields.Integer(
        related="company_id.relationship_send_hourly", readonly=False)
    relationship_send_daily = fields.Integer(
        related="company_id.relationship_send_daily", readonly=False)
