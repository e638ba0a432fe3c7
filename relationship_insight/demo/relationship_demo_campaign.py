import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .cast import BAD_FEELINGS, WAVES

ROUNDS = 6
RECEIPTS = 16
# What most of those asked do: they don't answer, and some don't even look.
LOOKED = 0.3
SILENT_PER_ANSWER = 2
THAI = 0.6
WAVE_DAYS = 21
# Stores that customers named, some of them known to nobody here.
NAMED = (
    "ร้านป้าแดง\nตลาดนัดหน้าวัด",
    "Baan Coffee\nร้านป้าแดง",
    "Night market stall 14",
    "ร้านลุงชัย",
    "Baan Coffee",
    "ตลาดนัดหน้าวัด\nร้านลุงชัย",
)
OUTCOMES = {
    4: "<p>You said the queue before closing takes too long. A second till is open from five.</p>",
    3: "<p>You said you would like to be told when fresh goods come in. They are on the board at "
    "the door every morning.</p>",
    2: "<p>You said nobody called back after a complaint. Now every complaint has a name and a "
    "day on it.</p>",
}


class RelationshipDemo(models.AbstractModel):
    _inherit = "relationship.demo"

    @api.model
    def _create_campaign(self, customers):
        """The quarterly questions went out as a campaign: what was answered belongs to it."""
        shipped = self.env.ref("relationship_insight.relationship_campaign_quarterly")
        campaign = self.env["relationship.campaign"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("instrument_id", "=", shipped.instrument_id.id),
            ],
            limit=1,
        )
        campaign.user_id = self.env.ref("relationship_insight.demo_user_manager")
        rng = random.Random(5)
        campaign.stratum_field_id = self.env["ir.model.fields"]._get("res.partner", "city")
        campaign.action_start()
        campaign.date_running = self._demo_time(WAVES[ROUNDS - 1] + 1, rng)
        asked = self._get_asked(campaign, customers)
        for days in WAVES[ROUNDS - 1 :: -1]:
            self._create_wave(campaign, customers, asked, days, rng)
        self._create_messages(campaign)
        self._create_mentions(campaign, rng)
        self._create_shop_answers(campaign, rng)
        campaign._refresh_results()

    @api.model
    def _get_asked(self, campaign, customers):
        """Return {partner: [its answers to the campaign's questions]}, oldest first."""
        people = self.env["res.partner"].union(
            *(partner | partner.child_ids for _plan, partner in customers)
        )
        people -= self.env["relationship.invitation"]._filter_holdout(people, campaign.company_id)
        answers = dict.fromkeys(people, self.env["relationship.reading"])
        answers.update(
            self.env["relationship.reading"]._read_group(
                [
                    ("partner_id", "in", people.ids),
                    ("origin", "=", "survey"),
                    ("competitor_id", "=", False),
                    (
                        "measure_id",
                        "in",
                        campaign.instrument_id.live_version_id._get_measures().ids,
                    ),
                ],
                ["partner_id"],
                ["id:recordset"],
            )
        )
        return answers

    @api.model
    def _create_wave(self, campaign, customers, asked, days, rng):
        """One round: who was asked, who answered, what was done about it."""
        start = fields.Date.context_today(self) - timedelta(days=days)
        begin, end = self._demo_time(days, rng), self._demo_time(days - WAVE_DAYS, rng)
        bought = {
            person: plan.purchases and plan.purchases[0] > days > plan.purchases[-1] - 365
            for plan, partner in customers
            for person in partner.child_ids or partner
        }
        population = [person for person, here in bought.items() if here and person in asked]
        answers = {}
        for person in population:
            readings = asked[person].filtered(lambda r: begin.date() <= r.date.date() < end.date())
            if readings:
                answers[person] = readings
        silent = [person for person in population if person not in answers]
        silent = rng.sample(silent, min(len(silent), SILENT_PER_ANSWER * len(answers)))
        number = len(campaign.wave_ids) + 1
        past = fields.Datetime.now() > end
        wave = self.env["relationship.wave"].create(
            {
                "campaign_id": campaign.id,
                "date_start": start,
                "date_end": start + timedelta(days=WAVE_DAYS - 1),
                "state": "closed" if past else "running",
                "version_id": campaign.instrument_id.live_version_id.id,
                "population_count": len(bought),
                "holdout_count": sum(
                    here and person not in asked for person, here in bought.items()
                ),
                "sample_count": len(answers) + len(silent),
                "outcome": OUTCOMES.get(number, False),
                "outcome_published": past and number in OUTCOMES and end + timedelta(days=9),
            }
        )
        share = wave.sample_count / max(1, len(population))
        thai = self.env["res.lang"]._lang_get("th_TH")
        vals_list = []
        for person in [*answers, *silent]:
            vals_list.append(
                {
                    "campaign_id": campaign.id,
                    "wave_id": wave.id,
                    "version_id": wave.version_id.id,
                    "company_id": campaign.company_id.id,
                    "partner_id": person.id,
                    "channel": "email" if rng.random() < 0.85 else "portal",
                    "email": person.email,
                    "tz": "Asia/Bangkok",
                    "lang": "th_TH" if thai and rng.random() < THAI else "en_US",
                    "stratum": person.city or person.commercial_partner_id.city,
                    "inclusion_probability": share,
                    "source_key": f"demo:{wave.id}:{person.id}",
                    **self._prepare_course(answers.get(person), begin, campaign, past, rng),
                }
            )
        invitations = self.env["relationship.invitation"].create(vals_list)
        self._link_answers(invitations, answers)
        self._write_ledger(wave, population, invitations, begin)

    @api.model
    def _prepare_course(self, readings, begin, campaign, past, rng):
        """When it was sent, opened and answered, and what became of it."""
        if readings:
            answered = min(readings.mapped("date"))
            sent = max(begin, answered - timedelta(hours=rng.randint(2, 50)))
            sent = min(sent, answered - timedelta(minutes=9))
            course = {
                "state": "done",
                "date_open": answered - timedelta(minutes=2),
                "date_start": answered,
                "date_done": answered + timedelta(minutes=2),
            }
        else:
            sent = begin + timedelta(hours=rng.randint(0, 60))
            looked = rng.random() < LOOKED
            # Both reminders are behind them, so that the demo sends nothing by itself.
            course = {
                "step": 2,
                "date_reminder": sent + timedelta(days=10),
                "state": "expired" if past else "opened" if looked else "sent",
                "date_open": looked and sent + timedelta(hours=rng.randint(1, 30)),
            }
        return {
            "date_planned": sent,
            "date_sent": sent,
            "date_expire": sent + timedelta(days=campaign.link_days),
            **course,
        }

    @api.model
    def _link_answers(self, invitations, answers):
        self.env.flush_all()
        for invitation in invitations.filtered("date_done"):
            self.env.cr.execute(
                SQL(
                    "UPDATE relationship_reading SET origin = 'pulse', invitation_id = %s"
                    " WHERE id = ANY(%s)",
                    invitation.id,
                    answers[invitation.partner_id].ids,
                )
            )
        self.env["relationship.reading"].invalidate_model(["origin", "invitation_id"])

    @api.model
    def _write_ledger(self, wave, population, invitations, begin):
        by_person = {invitation.partner_id: invitation for invitation in invitations}
        vals_list = []
        for person in population:
            invitation = by_person.get(person)
            reason = (
                "invited"
                if invitation
                else ("blacklist" if person.is_blacklisted else "not_sampled")
            )
            vals_list.append(
                {
                    "campaign_id": wave.campaign_id.id,
                    "wave_id": wave.id,
                    "partner_id": person.id,
                    "company_id": wave.company_id.id,
                    "date": begin,
                    "outcome": "invited" if invitation else "skipped",
                    "reason": reason,
                    "date_first": invitation and invitation.date_planned,
                    "invitation_id": invitation and invitation.id,
                    "stratum": person.city or person.commercial_partner_id.city,
                }
            )
        self.env["relationship.eligibility"].create(vals_list)

    @api.model
    def _create_messages(self, campaign):
        """What was sent for these invitations: some came back, one nobody can be certain of."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO relationship_delivery (
                invitation_id, step, campaign_id, wave_id, company_id, partner_id, channel, email,
                lang, tz, state, date_due, date_sent, date_claim, attempts, failure_type,
                failure_reason, create_uid, create_date, write_uid, write_date)
            SELECT i.id, step.number, i.campaign_id, i.wave_id, i.company_id, i.partner_id,
                   i.channel, i.email, i.lang, i.tz, fate.state, sent.at,
                   CASE WHEN fate.state = 'sent' THEN sent.at END, sent.at,
                   CASE fate.state WHEN 'uncertain' THEN 0 ELSE 1 END, fate.failure, fate.reason,
                   %(uid)s, sent.at, %(uid)s, sent.at
              FROM relationship_invitation i
        CROSS JOIN LATERAL generate_series(0, i.step) step (number)
        CROSS JOIN LATERAL (
                SELECT i.date_sent + make_interval(days => CASE step.number
                    WHEN 0 THEN 0 WHEN 1 THEN %(first)s ELSE %(second)s END) AS at) sent
        CROSS JOIN LATERAL (
                SELECT * FROM (VALUES
                    (0, 'bounced', 'mail_bounce', '550 5.1.1 This mailbox does not exist'),
                    (1, 'uncertain', 'interrupted', NULL),
                    (2, 'failed', 'mail_smtp', '452 4.2.2 The mailbox is full'),
                    (3, 'sent', NULL, NULL)) fate (kind, state, failure, reason)
                 WHERE kind = CASE WHEN step.number < i.step OR i.date_open IS NOT NULL THEN 3
                                   WHEN i.id %% 47 = 0 THEN 0 WHEN i.id %% 101 = 0 THEN 1
                                   WHEN i.id %% 73 = 0 THEN 2 ELSE 3 END) fate
             WHERE i.campaign_id = %(campaign)s AND i.channel = 'email'
            ON CONFLICT DO NOTHING
            """,
                campaign=campaign.id,
                uid=self.env.uid,
                first=campaign.reminder_day_1,
                second=campaign.reminder_day_2,
            )
        )
        self.env.cr.execute(
            SQL(
                """
            UPDATE relationship_invitation i
               SET failure_type = d.failure_type,
                   state = CASE WHEN i.state = 'sent' THEN 'failed' ELSE i.state END
              FROM relationship_delivery d
             WHERE d.invitation_id = i.id AND d.campaign_id = %s AND d.state = 'bounced'
            """,
                campaign.id,
            )
        )
        self.env["relationship.delivery"].invalidate_model()
        self.env["relationship.invitation"].invalidate_model()

    @api.model
    def _create_shop_answers(self, campaign, rng):
        """What was answered without being asked: at the door, at the counter, from receipts."""
        points = self.env["relationship.feedback.point"].create(
            [
                {"name": "Poster at the door", "campaign_id": campaign.id},
                {"name": "Tablet at the counter", "campaign_id": campaign.id, "is_kiosk": True},
            ]
        )
        config = self.env.ref("relationship_insight.demo_pos_config")
        config.relationship_receipt_campaign_id = campaign
        now = fields.Datetime.now()
        orders = self.env["pos.order"].search(
            [("config_id", "=", config.id), ("date_order", ">", now - timedelta(days=60))],
            order="date_order desc, id",
        )
        kept_out = self.env["relationship.invitation"]._filter_holdout(
            orders.partner_id, campaign.company_id
        )
        orders = orders.filtered(
            lambda order: (
                order.amount_total > 0
                and order.partner_id not in kept_out
                and order.date_order < now - timedelta(hours=9)
            )
        )[::5][:RECEIPTS]
        vals_list = [
            self._prepare_shop_answer(campaign, point, "kiosk", self._demo_time(day, rng), f"{day}")
            for point, days in zip(points, (range(2, 60, 5), range(1, 60, 2)))
            for day in days
        ] + [
            {
                **self._prepare_shop_answer(
                    campaign, config, "receipt", order.date_order + timedelta(hours=8), order.uuid
                ),
                "partner_id": order.partner_id.id,
                "order_model": order._name,
                "order_id": order.id,
                "staff_id": order.user_id.partner_id.id,
            }
            for order in orders
        ]
        invitations = self.env["relationship.invitation"].create(vals_list)
        measures = campaign.instrument_id.live_version_id._get_measures().filtered(
            lambda measure: measure.code.startswith("M01_") or measure.code == "M03"
        )
        self.env["relationship.reading"].create(
            [
                self._prepare_shop_reading(invitation, measure, rng)
                for invitation in invitations
                for measure in measures
            ]
        )

    @api.model
    def _prepare_shop_answer(self, campaign, place, channel, date, key):
        return {
            "campaign_id": campaign.id,
            "version_id": campaign.instrument_id.live_version_id.id,
            "company_id": campaign.company_id.id,
            "channel": channel,
            "state": "done",
            "source_key": f"{channel}:{place.id}:demo-{key}",
            "shop_model": place._name,
            "shop_id": place.id,
            "shop_name": place.name,
            "tz": "Asia/Bangkok",
            "date_planned": date,
            "date_sent": date,
            "date_open": date,
            "date_start": date,
            "date_done": date + timedelta(minutes=1),
            "date_expire": date + timedelta(days=7),
        }

    @api.model
    def _prepare_shop_reading(self, invitation, measure, rng):
        good = measure.code.removeprefix("M01_") not in BAD_FEELINGS
        level = min(1, max(0, rng.gauss(0.72 if good else 0.2, 0.15)))
        return {
            "measure_id": measure.id,
            "value": measure.scale_min + round(level * (measure.scale_max - measure.scale_min)),
            "partner_id": invitation.partner_id.id,
            "company_id": invitation.company_id.id,
            "date": invitation.date_done,
            "origin": "pulse",
            "channel": "store",
            "invitation_id": invitation.id,
        }

    @api.model
    def _create_mentions(self, campaign, rng):
        """Some named stores that nobody has listed yet: they wait for the desk."""
        measure = self.env["relationship.measure"].search([("code", "=", "M06")])
        done = campaign.invitation_ids.filtered(
            lambda i: i.state == "done" and "M06" not in i.reading_ids.measure_id.mapped("code")
        )
        vals_list = []
        for invitation in rng.sample(done, min(len(done), 2 * len(NAMED))):
            text = NAMED[len(vals_list) % len(NAMED)]
            ranks = self.env["relationship.competitor"]._rank_mentions(text, campaign.company_id)
            us = ranks.get(self.env["relationship.competitor"])
            vals_list.append(
                {
                    "measure_id": measure.id,
                    "partner_id": invitation.partner_id.id,
                    "company_id": campaign.company_id.id,
                    "date": invitation.date_done,
                    "origin": "pulse",
                    "channel": "email",
                    "invitation_id": invitation.id,
                    "lang": invitation.lang,
                    "text": text,
                    "value": us or 0,
                    "na": not us,
                }
            )
        self.env["relationship.reading"].create(vals_list)
