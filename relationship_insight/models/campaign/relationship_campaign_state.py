from odoo import api, fields, models
from odoo.exceptions import UserError

# Changing one of these would make old and new rounds of a campaign mean different things.
SETTLED = {"company_id", "event", "instrument_id", "kind", "seed"}


class RelationshipCampaign(models.Model):
    """The life of a campaign: draft, running, paused, done."""

    _inherit = "relationship.campaign"

    def action_start(self):
        """Begin to ask; from now on the planner decides day by day."""
        self.check_access("write")
        if not self.env.su:
            self._check_can_start()
        for campaign in self:
            campaign._get_audience_domain()
            version = campaign.instrument_id.sudo()._get_live_version()
            version._load_shipped_words()
            version._translate_survey()
            version._check_translated()
            campaign.sudo().write({
                "state": "running",
                "date_running": campaign.date_running or fields.Datetime.now(),
            })
        self._trigger_plan()

    def action_pause(self):
        """Ask nobody for now; what was sent may still be answered."""
        self.check_access("write")
        self.sudo().state = "paused"

    def action_done(self):
        """End the campaign: withdraw what is planned, close its waves."""
        self.check_access("write")
        sudo = self.sudo()
        sudo.wave_ids.filtered(lambda wave: wave.state != "closed")._close()
        self.env["relationship.eligibility"].sudo().search([
            ("campaign_id", "in", self.ids), ("outcome", "=", "deferred"),
        ])._give_up()
        sudo.invitation_ids.filtered(lambda i: i.state == "planned")._cancel()
        sudo.state = "done"

    @api.model
    def _trigger_plan(self):
        cron = self.env.ref(
            "relationship_insight.ir_cron_relationship_plan", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    def _remind_once(self, summary, note):
        """Give the responsible one activity, unless it is there already."""
        self.ensure_one()
        if not self.activity_ids.filtered(lambda activity: activity.summary == summary):
            self.activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, note=note,
                user_id=(self.user_id or self.env.user).id)

    def write(self, vals):
        if SETTLED & set(vals) and any(campaign.state != "draft" for campaign in self):
            raise UserError(self.env._(
                "This campaign has asked customers already, so what it asks and when stays as it "
                "is. Duplicate it instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        if self.sudo().invitation_ids:
            raise UserError(self.env._(
                "This campaign has asked customers. Archive it, so that its answers keep their "
                "story."))

    @api.constrains("audience_domain")
    def _check_audience_domain(self):
        for campaign in self:
            campaign._get_audience_domain()
