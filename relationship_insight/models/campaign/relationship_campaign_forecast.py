import socket
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, config, format_datetime

from ...stats.intervals import recommend_detectable
from .planner import events, verdicts, waves
from .planner.scope import Scope

# An event campaign is told by what it would have asked lately.
EVENT_DAYS = 30
# Of one answer on a scale of 0 to 100, until this company's own answers tell.
DEFAULT_SPREAD = 25.0
ENOUGH_SENT = 30
ENOUGH_ANSWERS = 10
PATIENCE = 3  # seconds that a mail server without a record may take to open its door


class RelationshipCampaign(models.Model):
    """What a campaign will do, told before it starts: whom it asks, when, and what it can show."""

    _inherit = "relationship.campaign"

    def _get_start_problems(self):
        """Return, in sentences, what keeps messages of this campaign from going out."""
        self.ensure_one()
        company, problems = self.company_id, []
        channels = {self.channel_1, self.channel_2, self.channel_3}
        if "email" in channels:
            if not (self.email_from or company._get_relationship_sender()):
                problems.append(
                    self.env._(
                        "%(company)s has no e-mail address, and the campaign has no sender.",
                        company=company.name,
                    )
                )
            if not self._has_mail_server():
                problems.append(
                    self.env._(
                        "There is no outgoing mail server (Settings, Technical, Outgoing Mail "
                        "Servers)."
                    )
                )
        if "sms" in channels and "sms.sms" not in self.env:
            problems.append(self.env._("SMS is chosen, but the SMS application isn't installed."))
        if not self.instrument_id.sudo().live_version_id:
            problems.append(self.env._("No version of its questionnaire is asked as yet."))
        return problems

    @api.model
    def _has_mail_server(self):
        """Whether a mail server is set up, or the one of the configuration file listens."""
        if self.env["ir.mail_server"].sudo().search_count([("owner_user_id", "=", False)], limit=1):
            return True
        address = config["smtp_server"], int(config["smtp_port"] or 25)
        try:
            with socket.create_connection(address, timeout=PATIENCE):
                return True
        except OSError:
            return False

    def _check_can_start(self):
        """Refuse to start what can't reach anybody, with the whole list of reasons."""
        for campaign in self:
            if problems := campaign._get_start_problems():
                raise UserError(
                    "\n".join(
                        [
                            self.env._("%(campaign)s can't start yet:", campaign=campaign.name),
                            *(f"- {problem}" for problem in problems),
                        ]
                    )
                )

    def _forecast(self):
        """Play the planner's own draw and decision for this campaign, and take it all back.

        :return: dict with ``counts`` {(outcome, reason): persons}, ``first`` (the moment of the
            first message, False without one) and ``wait`` (what keeps it from starting, or False)
        """
        self.ensure_one()
        self.check_access("write")
        if self.company_id._relationship_being_read():
            return {"counts": {}, "first": False, "wait": "read"}
        now, company = fields.Datetime.now(), self.company_id
        campaign = (
            self.sudo()
            .with_company(company)
            .with_context(allowed_company_ids=company.ids, lang=None, tracking_disable=True)
        )
        scope = Scope(campaign.company_id, now)
        with self.env.cr.savepoint() as savepoint:
            campaign.write(
                {
                    "state": "running",
                    "date_running": now - timedelta(days=EVENT_DAYS)
                    if campaign.kind == "event"
                    else now,
                }
            )
            if campaign.kind == "event":
                events.plan_events(scope, campaign)
            else:
                waves.draw_wave(scope, waves.add_next_wave(campaign, scope.today))
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    "UPDATE relationship_eligibility SET date_until = %s"
                    " WHERE campaign_id = %s AND outcome = 'deferred'",
                    now,
                    self.id,
                )
            )
            verdicts.decide(scope)
            self.env.cr.execute(
                SQL(
                    "SELECT outcome, reason, COUNT(*) FROM relationship_eligibility"
                    " WHERE campaign_id = %s GROUP BY 1, 2",
                    self.id,
                )
            )
            counts = {(outcome, reason): count for outcome, reason, count in self.env.cr.fetchall()}
            self.env.cr.execute(
                SQL(
                    "SELECT MIN(date_planned) FROM relationship_invitation WHERE campaign_id = %s",
                    self.id,
                )
            )
            first = self.env.cr.fetchone()[0]
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        return {"counts": counts, "first": first or False, "wait": False}

    def _get_answer_rate(self):
        """Return (share that answers, whether it is the company's own of the last year)."""
        self.ensure_one()
        since = fields.Datetime.now() - timedelta(days=365)
        sent, done = (
            self.env["relationship.invitation"]
            .sudo()
            ._read_group(
                [("company_id", "=", self.company_id.id), ("date_sent", ">=", since)],
                [],
                ["date_sent:count", "date_done:count"],
            )[0]
        )
        if sent >= ENOUGH_SENT and done:
            return done / sent, True
        return self.expected_response, False

    def _get_spread(self):
        """Return the standard deviation of one answer to what the campaign asks, 0 to 100."""
        self.ensure_one()
        measures = self.instrument_id.sudo().live_version_id.item_ids.measure_id
        self.env.cr.execute(
            SQL(
                """
            SELECT STDDEV_SAMP(score), COUNT(*) FROM relationship_reading
             WHERE company_id = %s AND measure_id = ANY(%s) AND voided IS NOT TRUE
               AND na IS NOT TRUE AND competitor_id IS NULL AND score IS NOT NULL
            """,
                self.company_id.id,
                measures.ids,
            )
        )
        spread, count = self.env.cr.fetchone()
        return float(spread) if count >= ENOUGH_ANSWERS and spread else DEFAULT_SPREAD

    def _get_forecast_lines(self):
        """Return the forecast as sentences: whom, whom not and why, when, and what it can show."""
        self.ensure_one()
        forecast = self._forecast()
        if forecast["wait"]:
            return [
                self.env._(
                    "All customers are being read first. Come back in a few minutes: then it is "
                    "known how many will be asked."
                )
            ]
        counts = forecast["counts"]
        asked = sum(n for (outcome, _reason), n in counts.items() if outcome == "invited")
        left = {}
        for (outcome, reason), count in counts.items():
            if outcome != "invited":
                left[reason] = left.get(reason, 0) + count
        lines = [
            self.env._(
                "Customers it would have asked in the last %(days)s days: %(count)s.",
                days=EVENT_DAYS,
                count=asked,
            )
            if self.kind == "event"
            else self.env._("Customers it asks each time: about %(count)s.", count=asked),
            self.env._("Not asked: %(count)s.", count=sum(left.values())),
        ]
        labels = dict(
            self.env["relationship.eligibility"]._fields["reason"]._description_selection(self.env)
        )
        lines += [
            f"    {labels[reason]}: {count}"
            for reason, count in sorted(left.items(), key=lambda each: -each[1])
        ]
        if self.kind == "event":
            lines.append(self.env._("The first message leaves after the next such event."))
        elif forecast["first"]:
            lines.append(
                self.env._(
                    "The first message leaves on %(moment)s.",
                    moment=format_datetime(
                        self.env,
                        forecast["first"],
                        dt_format="short",
                        tz=self.env.user.tz or self.company_id._relationship_tz(),
                    ),
                )
            )
        return lines + self._get_power_lines(asked)

    def _get_power_lines(self, asked):
        share, own = self._get_answer_rate()
        answers = round(asked * share)
        if answers < ENOUGH_ANSWERS:
            return [
                self.env._(
                    "With about %(answers)s answers changes can't be told from chance. Ask more "
                    "customers, or for longer.",
                    answers=answers,
                )
            ]
        points = recommend_detectable(self._get_spread() ** 2, answers, answers)
        basis = (
            self.env._("as many answer as in the last year")
            if own
            else self.env._("supposed %(share)s %% answer", share=round(100 * share))
        )
        return [
            self.env._(
                "With about %(answers)s answers (%(basis)s) you will see changes above %(points)s "
                "points of 100.",
                answers=answers,
                basis=basis,
                points=round(points),
            )
        ]
