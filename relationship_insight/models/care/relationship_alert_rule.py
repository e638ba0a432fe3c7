import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .relationship_case import OPEN_STATES

_logger = logging.getLogger(__name__)
# Fresh words of the customer: what is imported is history, what staff noticed they act on already.
ORIGINS = ("survey", "pulse", "interview")
# Answers committed late may have a lower number than some that were looked at already.
OVERLAP = 5000
RECENT_DAYS = 14
BATCH = 200
# How far back, and how many answers before, a fall is measured against.
EARLIER_DAYS = 730
EARLIER_ANSWERS = 2


class RelationshipAlertRule(models.Model):
    """What a customer must say for somebody to take care of it."""

    _name = "relationship.alert.rule"
    _description = "Alert Rule"
    _inherit = "relationship.guarded"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: the rule holds in every company.")
    measure_id = fields.Many2one(
        "relationship.measure",
        required=True,
        index=True,
        ondelete="restrict",
        help="A scale made of items stands for each of its items.",
    )
    trigger = fields.Selection(
        [
            ("low", "The score is at most"),
            ("high", "The score is at least"),
            ("drop", "The score falls, against what they said before, by"),
        ],
        string="When",
        required=True,
        default="low",
    )
    threshold = fields.Float(
        string="Points (0-100)",
        required=True,
        default=25,
        help="Scores go from 0 to 100; reversed questions are turned around first.",
    )
    action = fields.Selection(
        [
            ("case", "Open a care case"),
            ("activity", "Give the salesperson an activity"),
        ],
        string="Then",
        required=True,
        default="case",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner Without a Salesperson",
        domain=[("share", "=", False)],
        help="Also takes over where the answer is about the salesperson.",
    )
    last_reading_id = fields.Integer(
        string="Last Answer",
        readonly=True,
        copy=False,
        default=lambda self: self._get_newest_reading_id(),
        help="Answers up to this one have been looked at.",
    )

    _threshold_on_scale = models.Constraint(
        "CHECK(threshold >= 0 AND threshold <= 100)", "Points go from 0 to 100."
    )

    @api.model
    def _get_newest_reading_id(self):
        """A rule looks at what comes, not at what was said before there was the rule."""
        return self.env["relationship.reading"].sudo().search([], order="id desc", limit=1).id or 0

    @api.constrains("measure_id")
    def _check_measure(self):
        for rule in self:
            if rule.measure_id.kind in ("text", "count", "awareness"):
                raise ValidationError(
                    self.env._(
                        "%(measure)s has no score, so no rule can watch it.",
                        measure=rule.measure_id.name,
                    )
                )

    @api.model
    def _cron_raise(self):
        """Open one case, or activity, for each answering customer a rule is about."""
        newest = self._get_newest_reading_id()
        rules = self.search([("active", "=", True)])
        alerts = rules._find_alerts()
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(alerts))
        failed = False
        for start in range(0, len(alerts), BATCH):
            batch = alerts[start : start + BATCH]
            failed |= self._raise(batch) < len(batch)
            if not progress(len(batch)):
                return
        if not failed:
            # What failed is found again by the next run.
            rules.last_reading_id = newest

    def _find_alerts(self):
        """Return what the rules find among new answers and nobody was told of yet.

        :return: [{key, rule_id, partner_id, company_id, staff_id, date, reading_ids}], one per
            person and sitting, under the first rule that fits
        """
        if not self:
            return []
        self.env["relationship.reading"].flush_model()
        self.flush_model()
        return self.env.execute_query_dict(
            SQL(
                """
            WITH found AS (
                SELECT %(key)s AS key, rule.id AS rule_id, rule.sequence,
                       reading.id AS reading_id, reading.partner_id, reading.company_id,
                       reading.staff_id, reading.date, reading.channel
                  FROM relationship_alert_rule rule
                  JOIN relationship_measure measure
                    ON measure.id = rule.measure_id OR measure.parent_id = rule.measure_id
                  JOIN relationship_reading reading ON reading.measure_id = measure.id
                   AND (rule.company_id IS NULL OR rule.company_id = reading.company_id)
                  JOIN res_partner partner ON partner.id = reading.partner_id AND partner.active
                 WHERE rule.id = ANY(%(rules)s)
                   AND reading.id > COALESCE(rule.last_reading_id, 0) - %(overlap)s
                   AND reading.id > %(oldest)s - %(overlap)s
                   AND reading.create_date >= rule.create_date
                   AND reading.date > NOW() AT TIME ZONE 'UTC' - %(recent)s * INTERVAL '1 day'
                   AND reading.origin IN %(origins)s
                   AND reading.competitor_id IS NULL AND reading.na IS NOT TRUE
                   AND reading.voided IS NOT TRUE
                   AND CASE rule.trigger
                       WHEN 'low' THEN reading.score <= rule.threshold
                       WHEN 'high' THEN reading.score >= rule.threshold
                       ELSE reading.score <= (
                           SELECT AVG(earlier.score) - rule.threshold
                             FROM relationship_reading earlier
                            WHERE earlier.commercial_partner_id = reading.commercial_partner_id
                              AND earlier.company_id = reading.company_id
                              AND earlier.partner_id = reading.partner_id
                              AND earlier.measure_id = reading.measure_id
                              AND earlier.competitor_id IS NULL AND earlier.na IS NOT TRUE
                              AND earlier.voided IS NOT TRUE AND (earlier.origin IN %(origins)s
                                   OR earlier.origin = 'import')
                              AND earlier.date < reading.date
                              AND earlier.date > reading.date - %(earlier)s * INTERVAL '1 day'
                           HAVING COUNT(*) >= %(answers)s)
                       END
            )
            SELECT DISTINCT ON (found.key) found.key, rule_id, partner_id, company_id, staff_id,
                   date, channel,
                   (SELECT ARRAY_AGG(DISTINCT other.reading_id) FROM found other
                     WHERE other.key = found.key) AS reading_ids
              FROM found
             WHERE NOT EXISTS (
                SELECT 1 FROM relationship_alert WHERE relationship_alert.key = found.key)
          ORDER BY found.key, sequence, rule_id, reading_id
            """,
                key=self._sql_sitting(),
                rules=self.ids,
                oldest=min(self.mapped("last_reading_id")),
                overlap=OVERLAP,
                recent=RECENT_DAYS,
                origins=ORIGINS,
                earlier=EARLIER_DAYS,
                answers=EARLIER_ANSWERS,
            )
        )

    @api.model
    def _sql_sitting(self):
        """SQL that tells one sitting of one person from another: what leads to one case."""
        return SQL(
            """
            COALESCE('invitation:' || reading.invitation_id, 'survey:' || reading.user_input_id,
                     'day:' || reading.partner_id || ':' || reading.company_id || ':'
                         || reading.date::date)
            """
        )

    @api.model
    def _raise(self, alerts):
        """Act on what ``_find_alerts`` returned; a sitting is acted on once, whoever runs this.

        :return: how many are acted on by now; what failed is logged and left for the next run
        """
        acted = 0
        for alert in alerts:
            try:
                with self.env.cr.savepoint():
                    if self.env["relationship.alert"]._claim([alert["key"]]):
                        self._act_on(alert)
                acted += 1
            except Exception:
                _logger.exception("The alert %s could not be raised", alert["key"])
        return acted

    @api.model
    def _act_on(self, alert):
        """Do what the rule says for one customer."""
        rule = self.browse(alert["rule_id"])
        partner = self.env["res.partner"].browse(alert["partner_id"])
        user = rule._get_owner(partner, alert)
        # The words are for whoever takes care.
        rule = rule.with_context(lang=user.lang or partner.company_id.partner_id.lang)
        if rule.action == "activity" and user:
            partner.activity_schedule(
                "mail.mail_activity_data_todo", user_id=user.id, summary=rule.name
            )
        elif not self._add_to_open_case(partner, alert):
            self.env["relationship.case"]._open_once(rule._prepare_case(partner, user, alert))

    def _get_owner(self, partner, alert):
        """The customer's salesperson, but never the person the answer is about."""
        self.ensure_one()
        company = self.env["res.company"].browse(alert["company_id"])
        about = self.env["res.partner"].browse(alert["staff_id"] or [])
        return self.env["relationship.case"]._find_owner(partner, company, self.user_id, about)

    def _add_to_open_case(self, partner, alert):
        """Add the answers to the customer's open case, if there is one."""
        case = self.env["relationship.case"].search(
            [
                ("commercial_partner_id", "=", partner.commercial_partner_id.id),
                ("company_id", "=", alert["company_id"]),
                ("kind", "in", ("low", "callback", "complaint")),
                ("state", "in", OPEN_STATES),
            ],
            limit=1,
        )
        if case:
            case.reading_ids |= self.env["relationship.reading"].browse(alert["reading_ids"])
            spoken = self.with_context(lang=case.user_id.lang)
            case.message_post(
                body=spoken.env._("The customer answered again and is still unhappy.")
            )
        return case

    def _prepare_case(self, partner, user, alert):
        self.ensure_one()
        return {
            "name": self.name,
            "kind": "low",
            "partner_id": partner.id,
            "company_id": alert["company_id"],
            "user_id": user.id,
            "team_id": (
                user.sale_team_id.id
                if user.sale_team_id.company_id.id in (False, alert["company_id"])
                else False
            ),
            "channel": alert["channel"],
            "date_received": min(alert["date"], fields.Datetime.now()),
            "reading_ids": [fields.Command.set(alert["reading_ids"])],
            "source_key": f"alert:{alert['key']}",
        }
