from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.referral.relationship_referral_code import COOKIE
from .pulse import OPTIONS
from .pulse_page import PulsePage, asset

COOKIE_DAYS = 31


class Referral(PulsePage):
    """The page a friend opens by a customer's link, and the one from which customers share."""

    @http.route("/referral/<string:token>", methods=["GET", "POST"], **OPTIONS)
    def referral(self, token, **_kwargs):
        env = self._env()
        code = env["relationship.referral.code"]._find_by_token(token)
        if not code:
            return self._closed(env)
        scope = f"referral:{token}"
        if request.httprequest.method != "POST":
            return self._show_friend(code, scope)
        if self._is_flood(env, token):
            return self._too_many(env)
        form = self._read_form()
        if form is None:
            return self._bad_input(env)
        if self._read_at(env, scope, form) is None:
            return self._show_friend(code, scope, form=form)
        if form.get("step") == "visit":
            code._count_visit()
            return self._respond("", 204)
        return self._take_friend(code, scope, form)

    def _take_friend(self, code, scope, form):
        env = code.env
        if form.get("website"):
            # Only a program fills in a field that nobody sees.
            return self._show_welcome(code)
        if not form.get("agreed"):
            return self._show_friend(
                code,
                scope,
                form=form,
                error=env._("Please agree that we may keep your name and contact you."),
            )
        device, joined = self._get_device(env), ("join", request.httprequest.remote_addr)
        if self._is_over_limit(env, joined, count=False) or self._is_over_limit(
            env, ("try", code.token), ("try", device)
        ):
            return self._too_many(env)
        try:
            referral = code._join(
                {**form.to_dict(), "lang": env.context["lang"]}, device, form["n"]
            )
        except UserError as error:
            return self._show_friend(code, scope, form=form, error=str(error))
        if referral:
            self._is_over_limit(env, joined)
        return self._show_welcome(code)

    def _show_friend(self, code, scope, form=None, error=False):
        """Render the invitation; nothing is stored but a cookie that says whose link it was."""
        env = code.env
        _mine, friend_gets = code._get_offer()
        first = (code.partner_id.name or "").split(" ")[0]
        name = code.partner_id.name if code.partner_id.is_company else first
        response = self._render(
            env,
            "referral_friend",
            code.company_id,
            js=asset("referral.js"),
            more_css=asset("referral.css"),
            title=env._("%(name)s invites you", name=name),
            name=name,
            friend_gets=friend_gets,
            action=request.httprequest.path,
            nonce=self._make_nonce(env, scope),
            error=error,
            form={key: (form or {}).get(key, "") for key in ("name", "email", "phone")},
            agreed=bool(form and form.get("agreed")),
            shop_url=code._get_shop_url(),
        )
        self._set_cookies(response, {**code._get_program()._get_utm_cookies(), COOKIE: code.token})
        return response

    def _set_cookies(self, response, cookies):
        """Set Odoo's marketing cookies and ours; like Odoo's own they wait for a visitor's yes."""
        domain = request.env["ir.http"].get_utm_domain_cookies()
        if domain == request.httprequest.host:
            # This very host; named with its port, browsers would drop the cookie.
            domain = None
        for name, value in cookies.items():
            if request.cookies.get(name) != value:
                response.set_cookie(
                    name,
                    value,
                    max_age=COOKIE_DAYS * 24 * 3600,
                    httponly=True,
                    samesite="Lax",
                    secure=request.httprequest.is_secure,
                    domain=domain,
                    cookie_type="optional",
                )

    def _show_welcome(self, code):
        env = code.env
        _mine, friend_gets = code._get_offer()
        return self._render(
            env,
            "referral_welcome",
            code.company_id,
            js=False,
            title=env._("Welcome!"),
            friend_gets=friend_gets,
            code=code._format_code(),
            shop_url=code._get_shop_url(),
            signup=env["res.users"]._get_signup_invitation_scope() == "b2c",
        )

    @http.route("/referral/share/<string:token>", methods=["GET"], **OPTIONS)
    def share(self, token, **_kwargs):
        env = self._env()
        code = env["relationship.referral.code"]._unseal_share_sudo(token)
        if not code:
            return self._closed(env)
        env = self._env(code.partner_id.lang)
        code = code.with_env(env)
        return self._render(
            env,
            "referral_share",
            code.company_id,
            js=asset("referral.js"),
            more_css=asset("referral.css"),
            title=env._("Bring a friend"),
            **code._prepare_share(),
        )


class ReferralPortal(CustomerPortal):
    @http.route(
        "/my/referral",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        website=True,
        sitemap=False,
    )
    def portal_my_referral(self, **_kwargs):
        """The customer's own link, code and QR code; made when they ask for it by a POST."""
        Code = request.env["relationship.referral.code"]
        whose = request.env.user.partner_id, request.env.company
        code = Code._get(*whose)
        if not code and request.httprequest.method == "POST":
            code = Code._get_or_create(*whose)
        if code:
            return request.redirect(code._get_share_path(), code=303)
        return request.render(
            "relationship_insight.portal_my_referral",
            {**self._prepare_portal_layout_values(), "page_name": "referral"},
        )
