from odoo import fields, http
from odoo.http import request
from odoo.tools.misc import format_date

from ..models.pulse.relationship_invitation import ASKING_CHANNELS, PAUSES
from ..models.pulse.relationship_invitation_answer import clean
from .pulse import OPTIONS
from .pulse_page import KIOSK, PulsePage

ONE_CLICK = ("List-Unsubscribe", "One-Click")
CALL_TIMES = ("any", "morning", "afternoon", "evening")


class PulseWishes(PulsePage):
    """Pages about being asked: leave with one click, or say how; and the page after the last."""

    def _open_sealed(self, purpose, token, needs_person=True):
        """Return (environment, invitation) of a sealed link; the invitation may be empty."""
        env = self._env()
        invitation = env["relationship.invitation"]._unseal_sudo(purpose, token)
        if needs_person:
            invitation = invitation.filtered("partner_id")
        if not invitation:
            return env, invitation
        wishes = invitation._get_wishes() if invitation.partner_id else None
        env = self._env((wishes and wishes.lang) or invitation.lang)
        return env, invitation.with_env(env)

    def _read_human(self, env, scope):
        """Return the form if a human sent it, False if none did, None for what is no text."""
        form = self._read_form()
        if form is None:
            return None
        return form if self._read_at(env, scope, form) is not None else False

    # Leave

    @http.route("/pulse/unsubscribe/<string:token>", methods=["GET", "POST"], **OPTIONS)
    def unsubscribe(self, token, **_kwargs):
        env, invitation = self._open_sealed("unsubscribe", token)
        if not invitation:
            return self._closed(env)
        if request.httprequest.method != "POST":
            return self._show_unsubscribe(invitation, token)
        if self._is_flood(env, token):
            return self._too_many(env)
        form = self._read_form()
        if form is None:
            return self._bad_input(env)
        if form.get(ONE_CLICK[0]) == ONE_CLICK[1]:
            # RFC 8058: sent by the mail program when its user asks for it, without any page.
            invitation._unsubscribe()
            return self._respond("", 200)
        step = form.get("step")
        if self._read_at(env, f"unsubscribe:{token}", form) is None or step not in (
            "campaign",
            "all",
            "undo",
        ):
            return self._show_unsubscribe(invitation, token)
        if step == "undo":
            invitation._resubscribe()
        else:
            invitation._unsubscribe(only_this=step == "campaign")
        return self._show_unsubscribe(invitation, token, done=step)

    def _show_unsubscribe(self, invitation, token, done=False):
        env = invitation.env
        wishes = invitation._get_wishes()
        left = (
            wishes.opted_out
            and "all"
            or (invitation.campaign_id in wishes.opted_out_campaign_ids and "campaign")
        )
        return self._render(
            env,
            "pulse_unsubscribe",
            invitation.company_id,
            js=False,
            title=env._("No more questions"),
            campaign_title=invitation.campaign_id._get_public_title(),
            left=left,
            done=done,
            action=request.httprequest.path,
            nonce=self._make_nonce(env, f"unsubscribe:{token}"),
            links=[
                {
                    "name": env._("Why am I asked?"),
                    "url": invitation._get_sealed_path("preferences"),
                }
            ],
        )

    # Say how

    @http.route("/pulse/preferences/<string:token>", methods=["GET", "POST"], **OPTIONS)
    def preferences(self, token, **_kwargs):
        env, invitation = self._open_sealed("preferences", token)
        if not invitation:
            return self._closed(env)
        scope = f"preferences:{token}"
        if request.httprequest.method != "POST":
            return self._show_preferences(invitation, scope)
        if self._is_flood(env, token):
            return self._too_many(env)
        form = self._read_human(env, scope)
        if form is None:
            return self._bad_input(env)
        if form is False or form.get("step") != "save":
            return self._show_preferences(invitation, scope)
        wishes = invitation._set_wishes(self._read_wishes(invitation, form))
        env = self._env(wishes.lang)
        return self._show_preferences(
            invitation.with_env(env), scope, message=env._("Your wishes are noted. Thank you!")
        )

    def _read_wishes(self, invitation, form):
        """Return the values of a preference; what isn't on the page changes nothing."""
        env = invitation.env
        installed = dict(env["res.lang"].get_installed())
        Preference = env["relationship.contact.preference"]
        paces = dict(Preference._fields["pace"]._description_selection(env))
        vals = {}
        if form.get("pace") in paces:
            vals["pace"] = form["pace"]
        if "lang" in form:
            vals["lang"] = form["lang"] if form["lang"] in installed else False
        if "channel" in form:
            vals["channel"] = form["channel"] if form["channel"] in ASKING_CHANNELS else False
        if form.get("pause") in PAUSES:
            vals["paused_until"] = invitation._get_pause_end(form["pause"])
        elif form.get("pause") == "none":
            vals["paused_until"] = False
        if form.get("leave") in ("none", "campaign", "all"):
            leave = form["leave"]
            vals["opted_out"] = leave == "all"
            command = fields.Command.link if leave == "campaign" else fields.Command.unlink
            vals["opted_out_campaign_ids"] = [command(invitation.campaign_id.id)]
        return vals

    def _show_preferences(self, invitation, scope, message=False):
        env = invitation.env
        wishes = invitation._get_wishes()
        paused = wishes.paused_until and wishes.paused_until > fields.Date.today()
        Preference = env["relationship.contact.preference"]

        def choices(name):
            return Preference._fields[name]._description_selection(env)

        return self._render(
            env,
            "pulse_preferences",
            invitation.company_id,
            js=False,
            title=env._("How we ask you"),
            message=message,
            action=request.httprequest.path,
            nonce=self._make_nonce(env, scope),
            reason=invitation._get_reason_asked(),
            campaign_title=invitation.campaign_id._get_public_title(),
            decisions=[
                {**row, "date": format_date(env, row["date"])}
                for row in invitation._get_decisions()
            ],
            paces=choices("pace"),
            pace=wishes.pace or "normal",
            channels=[pair for pair in choices("channel") if pair[0] in self._get_channels(env)],
            channel=wishes.channel or "",
            langs=[
                {"code": code, "name": name.rpartition("/ ")[2]}
                for code, name in env["res.lang"].get_installed()
            ],
            lang_wish=wishes.lang or invitation.lang or env.context["lang"],
            paused_until=paused and format_date(env, wishes.paused_until),
            leave="all"
            if wishes.opted_out
            else (
                "campaign" if invitation.campaign_id in wishes.opted_out_campaign_ids else "none"
            ),
        )

    def _get_channels(self, env):
        with_sms = "sms.sms" in env
        return [name for name in ASKING_CHANNELS if name != "sms" or with_sms]

    # Afterwards

    @http.route("/pulse/thanks/<string:token>", methods=["GET", "POST"], **OPTIONS)
    def thanks(self, token, **_kwargs):
        env, invitation = self._open_sealed("thanks", token, needs_person=False)
        if invitation.state != "done":
            return self._closed(env)
        scope = f"thanks:{token}"
        if request.httprequest.method != "POST":
            return self._show_thanks(invitation, scope)
        if self._is_flood(env, token):
            return self._too_many(env)
        form = self._read_human(env, scope)
        if form is None:
            return self._bad_input(env)
        if not form:
            return self._show_thanks(invitation, scope)
        if form.get("step") == "callback" and invitation._offers_callback():
            return self._take_callback(invitation, scope, form)
        if form.get("step") == "referral" and self._offers_referral(invitation):
            return self._redirect(invitation._get_referral_path())
        if form.get("step") == "long":
            more = invitation._open_long()
            if more and more.state != "done":
                return self._redirect(f"/pulse/{more.access_token}?lang={env.context['lang']}")
        return self._show_thanks(invitation, scope)

    def _offers_referral(self, invitation):
        return invitation.campaign_id.thanks_referral and invitation._offers_referral()

    def _take_callback(self, invitation, scope, form):
        env = invitation.env
        phone = " ".join(clean(form.get("phone")).split())[:40]
        if sum(character.isdigit() for character in phone) < 5:
            return self._show_thanks(
                invitation,
                scope,
                callback_phone=phone,
                callback_error=env._("Please give a number we can call."),
            )
        when = form.get("when") if form.get("when") in CALL_TIMES else "any"
        invitation._request_callback(phone, when, clean(form.get("about"))[:1000])
        return self._show_thanks(
            invitation, scope, message=env._("We will call you. Thank you for telling us.")
        )

    def _show_thanks(
        self, invitation, scope, message=False, callback_error=False, callback_phone=""
    ):
        env = invitation.env
        campaign = invitation.campaign_id
        long = campaign.thanks_campaign_id
        outcome = (
            invitation.wave_id.search(
                [
                    ("campaign_id", "=", campaign.id),
                    ("outcome_published", "!=", False),
                ],
                order="outcome_published desc",
                limit=1,
            ).outcome
            if invitation.wave_id
            else False
        )
        again_url = invitation._get_again_path()
        return self._render(
            env,
            "pulse_thanks",
            invitation.company_id,
            js=False,
            title=env._("Thank you!"),
            message=message,
            action=request.httprequest.path,
            nonce=self._make_nonce(env, scope),
            outcome=outcome,
            long_title=long.state == "running" and long._get_public_title(),
            offers_callback=not invitation.callback_date and invitation._offers_callback(),
            callback_error=callback_error,
            callback_phone=callback_phone,
            offers_referral=self._offers_referral(invitation),
            again_url=again_url,
            body_class=KIOSK if again_url else "",
        )
