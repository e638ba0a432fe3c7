"""The date of a talk: picked by the customer on their own page, out of free times."""

import re
from datetime import datetime, timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.free_slots import free_slots
from ...tools.local_hours import window, zone

TOKEN_PATTERN = re.compile(r"[A-Za-z0-9_-]{32,128}\Z")
SHOWN = 120
PICKABLE = ("invited", "booked")


class RelationshipInterviewee(models.Model):
    _inherit = "relationship.interviewee"

    @api.model
    def _find_by_token(self, token):
        """Return, in sudo, whose page this is, or nobody."""
        nobody = self.sudo().browse()
        if not TOKEN_PATTERN.match(token or ""):
            return nobody
        return nobody.search(
            [
                ("access_token", "=", token),
                ("partner_id", "!=", False),
                ("state", "!=", "left_out"),
            ],
            limit=1,
        )

    def _may_pick(self):
        """Whether this customer may pick a time, or another one, now."""
        self.ensure_one()
        late = self.date_booked and self.date_booked <= fields.Datetime.now()
        return self.study_id.state == "running" and self.state in PICKABLE and not late

    def _get_tz(self):
        """The customer's time zone; of whom we know none, the company's."""
        self.ensure_one()
        known = self.partner_id.tz
        return known if known in pytz.all_timezones_set else self.company_id._relationship_tz()

    def _get_slots(self):
        """Return {start in UTC: interviewers who are free}, in order."""
        self.ensure_one()
        study = self.study_id
        now = fields.Datetime.now()
        earliest = now + timedelta(hours=study.notice_hours)
        latest = now + timedelta(days=study.days_ahead)
        free = {}
        for user in study.interviewer_ids.filtered("active"):
            for start in free_slots(
                self._get_work(user, earliest, latest),
                self._get_busy(user, earliest, latest),
                study.minutes,
                earliest,
                latest,
            ):
                free.setdefault(start, []).append(user)
        return dict(sorted(free.items())[:SHOWN])

    def _get_work(self, user, start, end):
        """Return the working hours of somebody, days off taken out: (start, end) in UTC."""
        company = self.company_id
        resource = user.resource_ids.filtered(lambda each: each.company_id == company)[:1]
        calendar = resource.calendar_id or company.resource_calendar_id
        if not calendar:
            return []
        # Whole days, so that times lie on the same steps whenever one looks.
        spans = calendar._work_intervals_batch(
            pytz.utc.localize(start - timedelta(days=1)),
            pytz.utc.localize(end + timedelta(days=1)),
            resources=resource,
        )[resource.id]
        return [
            tuple(moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in span[:2])
            for span in spans
        ]

    def _get_busy(self, user, start, end):
        """Return what is in somebody's calendar, also what others may not see: UTC intervals."""
        partner = user.partner_id
        events = (
            self.env["calendar.event"]
            .sudo()
            .search(
                [
                    ("partner_ids", "in", partner.ids),
                    ("show_as", "=", "busy"),
                    ("start", "<", end + timedelta(days=1)),
                    ("stop", ">", start - timedelta(days=1)),
                    ("id", "!=", self.event_id.id),
                ]
            )
        )
        declined = events.attendee_ids.filtered(
            lambda guest: guest.partner_id == partner and guest.state == "declined"
        ).event_id
        tz = zone(user.tz or self.company_id._relationship_tz())
        return [
            (window(event.start_date, (0, 24), tz)[0], window(event.stop_date, (0, 24), tz)[1])
            if event.allday
            else (event.start, event.stop)
            for event in events - declined
        ]

    def _book(self, start):
        """Book a time for the customer, instead of the one they had.

        :param datetime start: in UTC
        :return: whether it was still free
        """
        self.ensure_one()
        users = self.study_id.interviewer_ids
        # Two customers can't have the same time: the second one's request starts anew.
        self.env.cr.execute(
            SQL("UPDATE res_users SET write_uid = write_uid WHERE id = ANY(%s)", users.ids)
        )
        if not self._may_pick():
            return False
        free = self._get_slots().get(start)
        if not free:
            return False
        user = self._pick_interviewer(free)
        old = self.event_id
        event = (
            self.env["calendar.event"]
            .with_user(user)
            .sudo()
            .with_company(self.company_id)
            .with_context(lang=self._get_lang(), mail_create_nolog=True)
            .create(self._prepare_event(user, start))
        )
        self.write({"state": "booked", "event_id": event.id, "user_id": user.id})
        old.unlink()
        self._tell_interviewer(self.env._("A customer has picked a time for a talk"), event)
        return True

    def _pick_interviewer(self, free):
        """The one who has fewest talks of this study; the customer keeps who they had."""
        if self.user_id in free:
            return self.user_id
        counts = dict(
            self._read_group(
                [("study_id", "=", self.study_id.id), ("user_id", "!=", False)],
                ["user_id"],
                ["__count"],
            )
        )
        return min(free, key=lambda user: (counts.get(user, 0), user.id))

    def _prepare_event(self, user, start):
        study = self.study_id.with_context(lang=self._get_lang())
        return {
            "name": study.title
            or self.with_context(lang=self._get_lang()).env._(
                "A talk with %(company)s", company=self.company_id.name
            ),
            "start": start,
            "stop": start + timedelta(minutes=study.minutes),
            "user_id": user.id,
            "partner_ids": [(6, 0, (user.partner_id | self.partner_id).ids)],
            "location": study.place_detail,
            # Who is interviewed is nobody's business but the interviewer's.
            "privacy": "private",
            "show_as": "busy",
        }

    def _call_off(self):
        """The customer gives the time back and may pick another one."""
        event = self.event_id
        if not self._may_pick() or not event:
            return
        self._tell_interviewer(self.env._("A customer has called off a talk"), event)
        # Gives the state back as well.
        event.unlink()

    def _tell_interviewer(self, subject, event):
        """Tell the interviewer, without a name: messages outlive the customer's."""
        user = self.user_id
        if not user.active:
            return
        moment = self._format_moment(event.start, user.tz or self.company_id._relationship_tz())
        self.env["mail.thread"].sudo().message_notify(
            partner_ids=user.partner_id.ids,
            subject=subject,
            body=f"{self.study_id.name}, {moment}",
            force_record_name=self.study_id.name,
        )

    @api.model
    def _format_moment(self, moment, tz):
        local = pytz.utc.localize(moment).astimezone(zone(tz))
        return f"{local:%Y-%m-%d %H:%M} ({tz})"

    @api.model
    def _read_slot(self, text):
        """Return the moment that a form names, or None."""
        try:
            return datetime.strptime(text or "", "%Y-%m-%dT%H:%M")
        except ValueError:
            return None
