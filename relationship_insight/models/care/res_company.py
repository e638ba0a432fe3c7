from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    relationship_case_user_id = fields.Many2one(
        "res.users",
        string="Person for Care",
        domain=[("share", "=", False)],
        help="Gets the cases that have no better owner, and those that are late.",
    )
    relationship_case_contact_hours = fields.Integer(
        string="Get in Touch Within (working hours)", default=8
    )
    relationship_case_escalate_hours = fields.Integer(
        string="Escalate After (working hours)", default=16
    )

    _relationship_case_hours_positive = models.Constraint(
        "CHECK(relationship_case_contact_hours > 0 "
        "AND relationship_case_escalate_hours >= relationship_case_contact_hours)",
        "A case must be escalated after the time to get in touch, which is at least one hour.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    relationship_case_user_id = fields.Many2one(
        related="company_id.relationship_case_user_id", readonly=False
    )
    relationship_case_contact_hours = fields.Integer(
        related="company_id.relationship_case_contact_hours", readonly=False
    )
    relationship_case_escalate_hours = fields.Integer(
        related="company_id.relationship_case_escalate_hours", readonly=False
    )
