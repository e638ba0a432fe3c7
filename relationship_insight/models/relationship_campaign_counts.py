from odoo import api, fields, models

COUNTS = {
    "asked_count": "__count",
    "sent_count": "date_sent:count",
    "open_count": "date_open:count",
    "start_count": "date_start:count",
    "done_count": "date_done:count",
}


def set_counts(records, name):
    """Count the invitations and waiting lines of campaigns or waves, found by this field."""
    domain = [(name, "in", records.ids)]
    asked = {record: counts for record, *counts in records.env["relationship.invitation"]
             ._read_group([*domain, ("state", "!=", "cancelled")], [name], list(COUNTS.values()))}
    waiting = dict(records.env["relationship.eligibility"]._read_group(
        [*domain, ("outcome", "=", "deferred")], [name], ["__count"]))
    for record in records:
        counts = asked.get(record, [0] * len(COUNTS))
        for field, count in zip(COUNTS, counts):
            record[field] = count
        record.done_share = record.done_count / record.sent_count if record.sent_count else 0
        record.waiting_count = waiting.get(record, 0)


class RelationshipCampaign(models.Model):
    """Figures on the campaign: how many were asked and how far they came, live."""

    _inherit = "relationship.campaign"

    asked_count = fields.Integer(string="Asked", compute="_compute_counts")
    sent_count = fields.Integer(string="Sent", compute="_compute_counts")
    open_count = fields.Integer(string="Opened", compute="_compute_counts")
    start_count = fields.Integer(string="Started", compute="_compute_counts")
    done_count = fields.Integer(string="Finished", compute="_compute_counts")
    done_share = fields.Float(
        string="Answer Rate", compute="_compute_counts", help="Finished of those it was sent to.")
    waiting_count = fields.Integer(
        string="Still to Come", compute="_compute_counts",
        help="Their turn comes later, or something holds them up.")
    rhythm = fields.Char(string="When", compute="_compute_rhythm")

    def _compute_counts(self):
        set_counts(self, "campaign_id")

    @api.depends(
        "cadence_number", "cadence_unit", "delay", "delay_unit", "event", "kind", "silence_days")
    @api.depends_context("lang")
    def _compute_rhythm(self):
        labels = {name: dict(self._fields[name]._description_selection(self.env))
                  for name in ("cadence_unit", "delay_unit", "event")}
        once = {"days": self.env._("Every day"), "months": self.env._("Every month")}
        for campaign in self:
            event = labels["event"].get(campaign.event, "")
            if campaign.kind == "cadence" and campaign.cadence_number == 1:
                campaign.rhythm = once.get(campaign.cadence_unit, "")
            elif campaign.kind == "cadence":
                campaign.rhythm = self.env._(
                    "Every %(number)s %(unit)s", number=campaign.cadence_number,
                    unit=labels["cadence_unit"].get(campaign.cadence_unit, ""))
            elif campaign.event == "silence":
                campaign.rhythm = self.env._(
                    "After %(days)s days without a purchase", days=campaign.silence_days)
            elif not campaign.delay:
                campaign.rhythm = self.env._("%(event)s, at once", event=event)
            elif campaign.delay == 1:
                campaign.rhythm = self.env._("%(event)s, one day later", event=event) if (
                    campaign.delay_unit == "days") else self.env._(
                    "%(event)s, one hour later", event=event)
            else:
                campaign.rhythm = self.env._(
                    "%(event)s, %(number)s %(unit)s later", event=event, number=campaign.delay,
                    unit=labels["delay_unit"].get(campaign.delay_unit, ""))

    def action_view_invitations(self):
        """Open the invitations of this campaign."""
        return self._open("relationship_invitation_action")

    def action_view_answered(self):
        """Open the invitations that were answered."""
        action = self._open("relationship_invitation_action")
        return {**action, "context": {**action["context"], "search_default_done": 1}}

    def action_view_ledger(self):
        """Open who was asked, who wasn't, and why."""
        return self._open("relationship_eligibility_action")

    def _open(self, xmlid):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(f"relationship_insight.{xmlid}"),
            "domain": [("campaign_id", "=", self.id)],
            "context": {},
        }
