import pytz
from babel.dates import format_time

from odoo import http
from odoo.http import request
from odoo.tools.misc import babel_locale_parse, format_date

from ..models.interview.relationship_interview_consent import KINDS, SCOPES
from ..tools.local_hours import zone
from .pulse import OPTIONS
from .pulse_page import PulsePage


class Interview(PulsePage):
    """The page of a customer who is asked for a talk: when, or no, and what we may use."""

    @http.route("/interview/<string:token>", methods=["GET", "POST"], **OPTIONS)
    def interview(self, token, **_kwargs):
        env = self._env()
        one = env["relationship.interviewee"]._find_by_token(token)
        if not one:
            return self._closed(env)
        env = self._env(one._get_lang())
        one = one.with_env(env).with_company(one.company_id)
        scope = f"interview:{token}"
        if request.httprequest.method != "POST":
            return self._show_interview(one, scope)
        if self._is_flood(env, token):
            return self._too_many(env)
        form = self._read_form()
        if form is None:
            return self._bad_input(env)
        if self._read_at(env, scope, form) is None:
            return self._show_interview(
                one, scope, message=env._("Please check your choice and press the button again.")
            )
        step = getattr(self, f"_take_{form.get('step')}", None)
        if form.get("step") not in ("book", "off", "no", "never", "consent") or not step:
            return self._show_interview(one, scope)
        return self._show_interview(one, scope, **step(one, form))

    def _take_book(self, one, form):
        env = one.env
        start = one._read_slot(form.get("slot"))
        if start is None:
            return {"message": env._("Please pick a time first.")}
        if not one._book(start):
            return {"message": env._("This time has just been taken. Please pick another one.")}
        return {"done": env._("Your time is kept. We look forward to talking with you!")}

    def _take_off(self, one, _form):
        one._call_off()
        return {"done": one.env._("Your time is given back. You may pick another one.")}

    def _take_no(self, one, _form):
        if one._may_pick():
            one._refuse()
        return {"done": one.env._("That's fine. Thank you for telling us.")}

    def _take_never(self, one, _form):
        """No talk and no other question either."""
        if one._may_pick():
            one._refuse()
        Preference = one.env["relationship.contact.preference"]
        Preference._get_or_create(one.partner_id, one.company_id).opted_out = True
        return {
            "done": one.env._(
                "You won't get any more questions from %(company)s.", company=one.company_id.name
            )
        }

    def _take_consent(self, one, form):
        scopes = dict(SCOPES)
        wanted = {
            kind: form[kind] if form[kind] in scopes else None
            for kind, _label in KINDS
            if kind in form
        }
        if wanted.get("record") and one._allows("record"):
            # The page says yes or no to this; how far a colleague noted it stays.
            del wanted["record"]
        one._set_consents(wanted, "page")
        return {"done": one.env._("Your choice is noted. You may change it at any time.")}

    def _show_interview(self, one, scope, message=False, done=False):
        """Render the page; nothing here writes."""
        env = one.env
        study = one.study_id
        picks = one._may_pick()
        tz = one._get_tz()
        slots = one._get_slots() if picks else {}
        first = not one.partner_id.is_company and (one.partner_id.name or "").split(" ")[0]
        return self._render(
            env,
            "interview_page",
            one.company_id,
            js=False,
            title=study.title or env._("May we talk with you?"),
            greeting=env._("Hello %(name)s!", name=first) if first else env._("Hello!"),
            introduction=study.introduction
            or env._("We would like to understand you better, and to hear it from you."),
            study=study,
            place=dict(study._fields["place"]._description_selection(env))[study.place],
            state=one.state,
            picks=picks,
            booked=one.date_booked and self._format(env, one.date_booked, tz),
            tz=tz.replace("_", " "),
            days=self._group_days(env, slots, tz),
            consents=one._get_consents(),
            action=request.httprequest.path,
            nonce=self._make_nonce(env, scope),
            message=message,
            done=done,
        )

    def _group_days(self, env, slots, tz):
        """Return [(day, [(value, time)])] of free times, as clocks show them where they live."""
        days = {}
        for start in slots:
            moment = pytz.utc.localize(start).astimezone(zone(tz))
            days.setdefault(moment.date(), []).append((start, moment))
        return [
            (
                format_date(env, day, date_format="EEEE d MMMM"),
                [
                    (f"{start:%Y-%m-%dT%H:%M}", self._format_time(env, moment))
                    for start, moment in times
                ],
            )
            for day, times in days.items()
        ]

    def _format(self, env, moment, tz):
        local = pytz.utc.localize(moment).astimezone(zone(tz))
        day = format_date(env, local.date(), date_format="EEEE d MMMM")
        return f"{day}, {self._format_time(env, local)}"

    def _format_time(self, env, local):
        locale = babel_locale_parse(env.context["lang"])
        return format_time(local.time(), format="short", locale=locale)
