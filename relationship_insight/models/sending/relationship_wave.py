from odoo import api, fields, models

PROGRESS = {
    "to_send_count": ("queued", "sending"),
    "out_count": ("sent", "bounced"),
    "unsure_count": ("uncertain",),
    "unsent_count": ("failed", "cancelled"),
}


class RelationshipWave(models.Model):
    _inherit = "relationship.wave"

    planned_count = fields.Integer(
        string="Planned for Later",
        compute="_compute_sending",
        groups="relationship_insight.group_relationship_relations",
    )
    to_send_count = fields.Integer(
        string="To Send",
        compute="_compute_sending",
        groups="relationship_insight.group_relationship_relations",
    )
    out_count = fields.Integer(
        string="Went Out",
        compute="_compute_sending",
        groups="relationship_insight.group_relationship_relations",
    )
    unsure_count = fields.Integer(
        string="Uncertain",
        compute="_compute_sending",
        groups="relationship_insight.group_relationship_relations",
    )
    unsent_count = fields.Integer(
        string="Not Sent",
        compute="_compute_sending",
        groups="relationship_insight.group_relationship_relations",
    )
    sending_progress = fields.Float(
        string="Sent (%)",
        compute="_compute_sending",
        groups="relationship_insight.group_relationship_relations",
    )
    sending_problem = fields.Char(
        compute="_compute_sending_problem",
        groups="relationship_insight.group_relationship_relations",
    )

    def _compute_sending(self):
        """Count what the wave has sent, in two grouped queries however many waves there are."""
        counts = {}
        for wave, state, count in (
            self.env["relationship.delivery"]
            .sudo()
            ._read_group(
                [("wave_id", "in", self.ids), ("step", "=", 0)], ["wave_id", "state"], ["__count"]
            )
        ):
            counts[wave.id, state] = count
        asked = dict(
            self.env["relationship.invitation"]
            .sudo()
            ._read_group(
                [
                    ("wave_id", "in", self.ids),
                    ("channel", "in", ("email", "sms")),
                    ("state", "=", "planned"),
                ],
                ["wave_id"],
                ["__count"],
            )
        )
        for wave in self:
            for name, states in PROGRESS.items():
                wave[name] = sum(counts.get((wave.id, state), 0) for state in states)
            wave.planned_count = max(0, asked.get(wave, 0) - counts.get((wave.id, "queued"), 0))
            done = wave.out_count + wave.unsure_count + wave.unsent_count
            total = done + wave.to_send_count + wave.planned_count
            wave.sending_progress = 100 * done / total if total else 0

    @api.depends("state")
    def _compute_sending_problem(self):
        messages = self.env["relationship.sending.pause"]._get_messages(self.company_id)
        for wave in self:
            wave.sending_problem = wave.to_send_count and messages.get(wave.company_id)

    def action_send_now(self):
        """Start the sender at once instead of at its next turn."""
        self.check_access("write")
        self.env["relationship.delivery"]._wake()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._(
                    "Sending begins within a minute, in the hours when customers may be reached."
                ),
                "type": "success",
            },
        }

    def action_view_deliveries(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "relationship_insight.relationship_delivery_action"
        )
        action["domain"] = [("wave_id", "=", self.id)]
        action["context"] = {"search_default_group_state": 1}
        return action
