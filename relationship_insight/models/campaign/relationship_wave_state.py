from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

FROZEN = {"campaign_id", "date_start", "number"}


class RelationshipWave(models.Model):
    """The life of a wave. The next one waits until customers know what the last one changed."""

    _inherit = "relationship.wave"

    def _get_untold(self):
        """Return the wave before this one if its outcome was not published, else nothing."""
        self.ensure_one()
        before = self.campaign_id.wave_ids.filtered(
            lambda wave: wave.number < self.number and wave.state in ("running", "closed"))
        last = before.sorted("number")[-1:]
        return last.filtered(lambda wave: not wave.outcome_published)

    def action_start(self):
        """Draw the people and ask the first of them."""
        self.check_access("write")
        for wave in self:
            untold = wave._get_untold()
            if untold and not wave.override_reason:
                raise UserError(self.env._(
                    "First tell customers what came of %(wave)s: write down what they said and "
                    "what you did, and publish it. A manager can start without, with a reason.",
                    wave=untold.display_name))
            if waiting_for := wave._start():
                raise UserError(self.env._(
                    "%(wave)s can't start yet. %(reason)s.", wave=wave.display_name,
                    reason=wave._get_waiting_text(waiting_for)))
        self.env["relationship.campaign"]._trigger_plan()

    def action_override(self):
        """Ask a manager for the reason to start without telling the last outcome."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Start Without Telling the Outcome"),
            "res_model": "relationship.wave.override",
            "view_mode": "form",
            "target": "new",
            "context": {"default_wave_id": self.id},
        }

    def action_publish(self):
        """Tell customers what came of this wave; the next one may start."""
        for wave in self:
            if not html2plaintext(wave.outcome or "").strip():
                raise UserError(self.env._(
                    "Write down what customers said and what you did because of it."))
        self.check_access("write")
        self.sudo().outcome_published = fields.Datetime.now()

    def action_close(self):
        """Ask nobody else in this wave; open questions may still be answered."""
        self.check_access("write")
        self._close()

    def _start_if_allowed(self):
        """Start, or remind the responsible once of what is missing."""
        self.ensure_one()
        campaign = self.campaign_id
        untold = self._get_untold()
        if not campaign.instrument_id.live_version_id:
            campaign._remind_once(
                self.env._("Choose the questions"),
                self.env._("The wave can't start: no version of its questionnaire is asked."))
        elif untold and not self.override_reason:
            campaign._remind_once(
                self.env._("Tell customers what came of the last wave"),
                self.env._(
                    "The next wave waits until you publish \"You said, we did\" of %(wave)s.",
                    wave=untold.display_name))
        else:
            self._start()

    def _start(self):
        """Draw those to ask and run; with nobody to ask, wait to be drawn again.

        :return: what it waits for, False if it runs
        """
        self.ensure_one()
        campaign = self.campaign_id.sudo()
        if self.state not in ("draft", "planned"):
            raise UserError(self.env._("This wave has started already."))
        version = campaign.instrument_id._get_live_version()
        if campaign.company_id._relationship_being_read():
            return self._wait_for("read")
        self._start_late()
        counts = campaign._plan_draw(self, fields.Datetime.now())
        if not counts["sample_count"]:
            self.env["relationship.eligibility"].sudo().search(
                [("wave_id", "=", self.id)]).unlink()
            return self._wait_for("left_out" if counts["population_count"] else "nobody")
        self.sudo().write({
            "state": "running", "version_id": version.id, "waiting_for": False, **counts})
        return False

    def _wait_for(self, what):
        """Note what keeps a wave from starting; it is drawn again at each turn of the planner."""
        if self.waiting_for != what:
            self.sudo().waiting_for = what
        return what

    def _start_late(self):
        """A wave that had to wait is spread over as many days as it was to be, from today on."""
        late = fields.Date.today() - self.date_start
        if self.waiting_for and late.days > 0:
            self.sudo().write({
                "date_start": self.date_start + late, "date_end": self.date_end + late})

    def _get_waiting_text(self, what):
        return dict(self._fields["waiting_for"]._description_selection(self.env))[what]

    def _close(self):
        """Those still waiting are not asked in these waves any more."""
        waiting = self.env["relationship.eligibility"].sudo().search([
            ("wave_id", "in", self.ids), ("outcome", "=", "deferred")])
        waiting._give_up()
        self.sudo().state = "closed"

    def write(self, vals):
        if FROZEN & set(vals) and any(wave.state in ("running", "closed") for wave in self):
            raise UserError(self.env._("This wave has started, so its draw stays as it is."))
        return super().write(vals)
