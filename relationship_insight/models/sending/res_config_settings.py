from odoo import api, fields, models

from .relationship_delivery_cron import JOBS_PARAMETER


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    relationship_mail_from = fields.Float(
        related="company_id.relationship_mail_from", readonly=False
    )
    relationship_mail_to = fields.Float(related="company_id.relationship_mail_to", readonly=False)
    relationship_message_from = fields.Float(
        related="company_id.relationship_message_from", readonly=False
    )
    relationship_message_to = fields.Float(
        related="company_id.relationship_message_to", readonly=False
    )
    relationship_send_days = fields.Selection(
        related="company_id.relationship_send_days", readonly=False
    )
    relationship_send_hourly = fields.Integer(
        related="company_id.relationship_send_hourly", readonly=False
    )
    relationship_send_daily = fields.Integer(
        related="company_id.relationship_send_daily", readonly=False
    )
    relationship_send_by_jobs = fields.Boolean(
        string="Send by Jobs", config_parameter=JOBS_PARAMETER
    )
    relationship_jobs_state = fields.Selection(
        [
            ("none", "There is no job queue."),
            ("idle", "No job was performed since yesterday: try it with one message first."),
            ("working", "Jobs are being performed."),
            ("stuck", "Jobs wait and nobody performs them, so messages are sent without jobs."),
        ],
        string="Job Queue",
        compute="_compute_relationship_jobs_state",
    )

    @api.depends("relationship_send_by_jobs")
    def _compute_relationship_jobs_state(self):
        self.relationship_jobs_state = self.env["relationship.delivery"]._get_jobs_state()
