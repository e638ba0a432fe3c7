from markupsafe import escape

from odoo import http
from odoo.http import request

from ..tools import mail_merge, page_merge, pulse_token
from ..tools.sql_once import once
from .pulse_page import BODY_LIMIT, PulsePage

OPTIONS = {
    "type": "http",
    "auth": "public",
    "csrf": False,
    "save_session": False,
    "sitemap": False,
    "max_content_length": BODY_LIMIT,
}
# What of an invitation is looked at when an answer is stored.
ANSWER_FIELDS = (
    "access_token",
    "channel",
    "commercial_partner_id",
    "company_id",
    "date_done",
    "date_open",
    "date_start",
    "lang",
    "order_id",
    "order_model",
    "partner_id",
    "staff_id",
    "state",
    "version_id",
)
# Answers that took so long to come waited for a network.
LATE_MS = 60_000
# What the foot of a page leads to.
LINKS = ("preferences", "unsubscribe")


class Pulse(PulsePage):
    """The page of one invitation."""

    @http.route("/pulse/<string:token>", methods=["GET", "POST"], **OPTIONS)
    def pulse(self, token, **_kwargs):
        env = self._env()
        scope = f"answer:{token}"
        posted = request.httprequest.method == "POST"
        Invitation = env["relationship.invitation"]
        facts = Invitation._read_link(token) if posted else Invitation._read_page(token)
        if not facts:
            return self._closed(env)
        if not posted and facts["fresh"]:
            return self._show_kept(facts, token, scope)
        env = self._env(facts["lang"])
        invitation = env["relationship.invitation"].browse(facts["id"])
        if posted:
            invitation.fetch(ANSWER_FIELDS)
        return self._answer_stored(invitation.with_company(invitation.company_id), scope, token)

    def _show_kept(self, facts, token, scope):
        """Show a page that is rendered once for everybody and filled in for each visitor."""
        env = self._env(facts["lang"])
        invitation = env["relationship.invitation"].browse(facts["id"])
        languages = self._prepare_languages(env)
        common = (
            facts["version_id"],
            env.context["lang"],
            facts["words"],
            bool(facts["partner_id"]),
            bool(facts["staff"]),
            len(languages),
        )

        def get_page(*chosen):
            return invitation._keep_page(
                (*common, *chosen), lambda: self._cut_page(invitation, *chosen)
            )

        parts, choices = get_page()
        choice = request.httprequest.args.get("m"), request.httprequest.args.get("v")
        if choice in choices:
            parts, choices = get_page(*choice)
        key = invitation._get_link_key()
        values = {
            "greeting": self._get_greeting(env, facts["partner_id"] and facts["name"]),
            "about": facts["staff"],
            "action": request.httprequest.path,
            "nonce": self._make_nonce(env, scope),
            **{
                purpose: f"/pulse/{purpose}/{pulse_token.seal(key, purpose, facts['id'], token)}"
                for purpose in LINKS
            },
            **{f"language_{index}": language["url"] for index, language in enumerate(languages)},
        }
        return self._respond_page(
            page_merge.fill(
                parts, {name: escape(value or "") for name, value in values.items()}, token
            )
        )

    def _cut_page(self, invitation, code=None, value=None):
        """Return (parts of the page, what may be chosen in a mail).

        :param code: of the measure whose ``value`` is chosen
        """
        env = invitation.env
        marks = mail_merge.Marks()
        choices = invitation._get_mail_choices()
        chosen = {code: choices[code, value]} if code else {}
        cards = invitation._prepare_cards(chosen)
        for card in cards:
            card["about"] = card["about"] and marks("about")
            card["end"] = marks(f"{page_merge.END}{card['index']}")
            for row in card["rows"]:
                row["mark"] = marks(f"{page_merge.ROW}{card['index']}_{row['code']}")
        languages = [
            {**language, "url": marks(f"language_{index}")}
            for index, language in enumerate(self._prepare_languages(env))
        ]
        links = [
            {**link, "url": marks(purpose)}
            for purpose, link in zip(LINKS, self._prepare_links(invitation))
        ]
        html = self._render_html(
            env,
            "pulse_page",
            invitation.company_id,
            **self._prepare_page(invitation, cards, marks("nonce")),
            **{**self._prepare_head(invitation), "greeting": marks("greeting"), "links": links},
            action=marks("action"),
            languages=languages,
        )
        return page_merge.assemble(marks.cut(html)), set(choices)

    def _answer_stored(self, invitation, scope, token):
        if request.httprequest.method != "POST":
            return self._show(invitation, scope)
        if self._is_flood(invitation.env, token):
            return self._too_many(invitation.env)
        return self._take(invitation, scope)

    def _show(self, invitation, scope, message=False, invalid=(), form=None, **values):
        """Render the questions; a GET comes only here, and nothing here writes."""
        env = invitation.env
        if invitation.version_id.kind == "survey":
            return self._render(
                env,
                "pulse_start",
                invitation.company_id,
                **self._prepare_head(invitation),
                js=False,
                action=request.httprequest.path,
                nonce=self._make_nonce(env, scope),
                length=invitation.version_id._get_warning(),
                **values,
            )
        chosen = self._read_chosen(invitation)
        cards = invitation._prepare_cards(chosen, form)
        return self._render(
            env,
            "pulse_page",
            invitation.company_id,
            **{
                **self._prepare_head(invitation),
                **self._prepare_page(invitation, cards, self._make_nonce(env, scope)),
                "action": request.httprequest.path,
                "invalid": invalid,
                "message": message,
                **values,
            },
        )

    def _prepare_page(self, invitation, cards, nonce):
        return {
            "cards": cards,
            "has_tokens": any(card["widget"] == "tokens" for card in cards),
            "length": invitation.version_id._get_warning(),
            "nonce": nonce,
            "texts": self._prepare_texts(invitation.env),
            "invalid": (),
            "message": False,
            "hint": False,
            "kiosk": False,
        }

    def _prepare_head(self, invitation):
        env = invitation.env
        partner = invitation.partner_id
        return {
            "title": env._("Your feedback"),
            "greeting": self._get_greeting(
                env, not partner.is_company and (partner.name or "").split(" ")[0]
            ),
            "introduction": invitation.version_id.instrument_id.introduction
            or env._("How do you feel about us? A few taps are enough, and you may skip anything."),
            "links": self._prepare_links(invitation),
        }

    def _get_greeting(self, env, name):
        return env._("Hello %(name)s!", name=name) if name else env._("Hello!")

    def _prepare_links(self, invitation):
        if not invitation.id or not invitation.partner_id:
            return []
        env = invitation.env
        names = {"preferences": env._("Why am I asked?"), "unsubscribe": env._("No more questions")}
        return [
            {"name": names[purpose], "url": invitation._get_sealed_path(purpose)}
            for purpose in LINKS
        ]

    def _prepare_texts(self, env):
        return {
            "offline": env._("No network. Your answers are kept and sent when it is back."),
            "busy": env._(
                "Not saved yet: a lot is going on here. Your answers are kept, and we try again."
            ),
            "closed": env._(
                "This link is closed now, so your last answer couldn't be saved. Thank you for "
                "caring!"
            ),
            "kept": env._("Your answers were kept and are sent with your next tap."),
            "again": env._(
                "Your last answer couldn't be saved. Please load this page again, then tap it "
                "once more."
            ),
            "bad": env._("We couldn't save this answer. Please write or tap it once more."),
            "saved": env._("Saved"),
            "saving": env._("Saving…"),
            "left": env._("%1 left"),
            "held": env._("%1 tokens"),
            "skip": env._("Skip"),
            "next": env._("Next"),
            "send": env._("Send my answers"),
            "yes": env._("Yes, that's my answer"),
            "place": env._("Question %(number)s of %(total)s"),
            "name": env._("Store"),
        }

    def _read_chosen(self, invitation):
        """Return {code: value} tapped in the mail: shown as chosen, stored only by a POST."""
        args = request.httprequest.args
        code, value = args.get("m"), args.get("v")
        if not code or not value:
            return {}
        choices = invitation._get_mail_choices()
        return {code: choices[code, value]} if (code, value) in choices else {}

    def _take(self, invitation, scope, opens=None, **values):
        """Store what a human sent; everything else gets the page.

        :param opens: makes the invitation from the form, where there is none yet
        """
        env = invitation.env
        form = self._read_form()
        if form is None:
            return self._bad_input(env)
        at = self._read_at(env, scope, form)
        script = self._is_script()
        if at is None:
            if script:
                nonce = self._make_nonce(env, scope)
                return self._json({"again": True, "n": nonce}, 409)
            return self._show(
                invitation,
                scope,
                form=form,
                message=env._("Please check your answers and press the button again."),
                **values,
            )
        step = form.get("step")
        if opens and (step == "open" or not invitation._read_answers(form)[0]):
            # Nobody has said anything yet, so there is nothing to keep.
            return (
                self._json({"saved": []})
                if script
                else self._show(
                    invitation,
                    scope,
                    message=env._("Nothing is answered yet. One answer is enough."),
                    **values,
                )
            )
        if opens:
            # Elsewhere the page knows who answers; here the first answer makes somebody.
            with once(env.cr, "Answered twice at once."):
                invitation = opens(form).with_env(env)
        if opens and not (invitation and invitation._lock_open()):
            return self._closed(env, invitation.company_id)
        if step == "open":
            invitation._mark_open()
            return self._json({"open": True}) if script else self._show(invitation, scope)
        if step == "survey":
            return (
                self._redirect(invitation._start_survey())
                if (invitation.version_id.kind == "survey")
                else self._show(invitation, scope)
            )
        saved, refused, readings = invitation._store_answers(form, at)
        if step != "done":
            return (
                self._json({"saved": saved, "refused": refused})
                if script
                else (self._show(invitation, scope, **values))
            )
        return self._finish(invitation, scope, form, refused, readings, **values)

    def _finish(self, invitation, scope, form, refused, readings, **values):
        env = invitation.env
        stored = invitation._get_stored_answers(readings)
        missing = [*refused, *invitation._get_missing(stored)]
        if missing or not stored:
            return self._show(
                invitation,
                scope,
                form=form,
                invalid=missing,
                **values,
                message=env._("Please answer the marked questions.")
                if missing
                else env._("Nothing is answered yet. One answer is enough."),
            )
        invitation._finish_answers(
            self._get_row_device(invitation, scope, form),
            self._get_seconds(env, scope, form),
            stored,
            self._get_till(env),
        )
        return self._redirect(invitation._get_sealed_path("thanks"))

    def _get_row_device(self, invitation, scope, form):
        """Return the device whose answers may be too many in a row.

        What a tablet kept while it had no network comes all at once, and says nothing.
        """
        env = invitation.env
        late = invitation.channel == "kiosk" and (
            self._now() - self._read_at(env, scope, form) > LATE_MS
        )
        return None if late else self._get_device(env)

    def _get_seconds(self, env, scope, form):
        """Return how long the page was open."""
        key = env["relationship.invitation"]._get_link_key()
        loaded = pulse_token.read_nonce(key, scope, form.get("n"))
        return (self._now() - loaded) / 1000
