from odoo import api, fields, models


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    relationship_customer_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_relationship_customer_id",
        groups="relationship_insight.group_relationship_staff",
    )

    @api.depends("partner_ids", "res_model", "res_id")
    def _compute_relationship_customer_id(self):
        """The first attendee who isn't one of us; else the contact the meeting is about."""
        guests = self.partner_ids
        ours = (
            self.env["res.users"]
            .sudo()
            .search([("partner_id", "in", guests.ids), ("share", "=", False)])
            .partner_id
        )
        for event in self:
            customer = (event.partner_ids - ours)[:1]
            if not customer and event.res_model == "res.partner":
                customer = self.env["res.partner"].browse(event.res_id).exists()
            event.relationship_customer_id = customer

    def action_relationship_brief(self):
        """Open the brief of the customer whom this meeting is with."""
        self.ensure_one()
        return self.relationship_customer_id._get_relationship_brief_action()
