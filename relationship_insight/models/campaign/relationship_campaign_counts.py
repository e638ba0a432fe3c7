from odoo import api, fields, models


class RelationshipCampaign(models.Model):
    """Figures on the campaign: how many were asked and how far they came, live."""

    _name = "relationship.campaign"
    _inherit = ["relationship.campaign", "relationship.asking.counts"]
    _asking_field = "campaign_id"

    rhythm = fields.Char(string="When", compute="_compute_rhythm")

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

    def action_view_answered(self):
        """Open the invitations that were answered."""
        action = self._open("relationship_invitation_action")
        return {**action, "context": {**action["context"], "search_default_done": 1}}
