"""What all public pages share: words, headers, limits, and reading what came in."""

import functools
import gzip
import hashlib
import json
import re
import time
from urllib.parse import urlencode

from odoo.http import Controller, request
from odoo.tools import file_path
from odoo.tools.misc import get_lang

from ..models.pos.pos_session import TILL_COOKIE
from ..tools import pulse_token

BODY_LIMIT = 64 * 1024
STATIC = "relationship_insight/static/src/public/"
# A page may stay open over a weekend before its answers are sent.
NONCE_LIFE_MS = 72 * 3600 * 1000
# A tablet in the shop keeps answers until its network is back.
SHOP_LIFE_MS = 30 * 24 * 3600 * 1000
SHOP_SCOPE = "shop:"
# Programs that follow links do so at once; no human reads a question that fast.
QUICKEST_MS = 1000
LOGO_LIMIT = 16_000
RTL = "rtl"
KIOSK = "kiosk"
TABLET_JS = ("outbox.js", "tablet.js")
# What is left of bytes that were no UTF-8: a replacement, or a sequence left as it was sent.
NO_TEXT = re.compile(r"\ufffd|%[89A-F][0-9A-F]")
BETWEEN_TAGS = re.compile(r">\n\s+<")
ZIP_LEVEL = 5
HEADERS = {
    "Cache-Control": "no-store, private",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
# So many in so many seconds. A parameter relationship_insight.limit_… replaces the first number,
# and the others grow with it; what has several waits the longer, the more came.
LIMITS = {
    "address": ((1200, 600),),
    "link": ((150, 600),),
    "guess": ((60, 600),),
    "stop": ((20, 600),),
    # Friends who joined, per address: a shop's Wi-Fi and a mobile carrier have one for many.
    "join": ((100, 3600),),
    # What is sent to join, whatever comes of it, per link and per device.
    "try": ((20, 60), (60, 600), (120, 3600)),
}


@functools.cache
def asset(name):
    """Return the address of a file, new whenever the file is, so that browsers may keep it."""
    with open(file_path(STATIC + name), "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()[:10]
    return f"/{STATIC}{name}?v={digest}"


class PulsePage(Controller):
    """Base of the controllers of public pages; it has no route of its own."""

    # Environment

    def _env(self, lang=None):
        """Return a privileged environment in the visitor's language; what is asked was checked."""
        return request.env(
            su=True,
            context={
                "lang": self._pick_lang(lang),
                "mail_create_nolog": True,
                "tracking_disable": True,
            },
        )

    def _pick_lang(self, *wanted):
        """Return the code of the first wanted language there is, else the browser's, else ours."""
        installed = request.env["res.lang"].sudo()._get_active_by("code")
        for code in (request.httprequest.args.get("lang"), *wanted):
            if code and code in installed:
                return code
        for code, _quality in request.httprequest.accept_languages:
            code = code.replace("-", "_")
            if code in installed:
                return code
            near = [name for name in installed if name.split("_")[0] == code.split("_")[0]]
            if near:
                return near[0]
        return get_lang(request.env).code

    # Reading what came in

    def _is_script(self):
        return request.httprequest.accept_mimetypes.best == "application/json"

    def _read_form(self):
        """Return the fields sent, or None where bytes were no UTF-8."""
        form = request.httprequest.form
        if any(NO_TEXT.search(text) for pair in form.items(multi=True) for text in pair):
            return None
        return form

    def _read_at(self, env, scope, form):
        """Return when the customer answered, ms since 1970, None if no human did.

        The time is that of our own page load plus what passed on the page since, so that it
        can be compared over devices and a replay has the time of the original.
        """
        key = env["relationship.invitation"]._get_link_key()
        loaded = pulse_token.read_nonce(key, scope, form.get("n"))
        now = self._now()
        life = SHOP_LIFE_MS if scope.startswith(SHOP_SCOPE) else NONCE_LIFE_MS
        if loaded is None or not now - life < loaded <= now:
            return None
        elapsed = form.get("at") or ""
        if elapsed:
            if len(elapsed) > 12 or not elapsed.isdecimal() or not form.get("tap"):
                elapsed = ""
            else:
                return min(loaded + int(elapsed), now)
        return loaded if now - loaded >= QUICKEST_MS else None

    def _make_nonce(self, env, scope):
        key = env["relationship.invitation"]._get_link_key()
        return pulse_token.make_nonce(key, scope, self._now())

    def _now(self):
        return time.time_ns() // 1_000_000

    # Limits

    def _is_over_limit(self, env, *places, count=True):
        """Count a request; True when one of its places, (kind, which one), has had its share."""
        Limit = env["relationship.rate.limit"]
        wanted = []
        for kind, which in places:
            windows = LIMITS[kind]
            param = env["ir.config_parameter"].get_param(f"relationship_insight.limit_{kind}")
            factor = int(param) / windows[0][0] if param and param.isdecimal() else 1
            wanted += [
                (Limit._digest(kind, which), round(most * factor), seconds)
                for most, seconds in windows
            ]
        return not Limit._allows(*wanted, count=count)

    def _is_flood(self, env, link):
        return self._is_over_limit(
            env, ("address", request.httprequest.remote_addr), ("link", link)
        )

    def _get_device(self, env):
        """Return what stands for the visitor's device, of which nobody gets back the address."""
        sent = request.httprequest
        return env["relationship.rate.limit"]._digest_device(
            sent.remote_addr, sent.headers.get("User-Agent")
        )

    def _get_till(self, env):
        """Return the digest of what a till's browser carries, None for everybody else."""
        token = request.httprequest.cookies.get(TILL_COOKIE)
        return env["relationship.rate.limit"]._digest_till(token[:64]) if token else None

    # Answers

    def _respond(self, body, status=200, **headers):
        response = request.make_response(body, status=status)
        for name, value in {**HEADERS, **headers}.items():
            response.headers[name.replace("_", "-")] = value
        return response

    def _redirect(self, url):
        response = request.redirect(url, code=303, local=not url.startswith("http"))
        response.headers.extend(HEADERS)
        return response

    def _json(self, data, status=200):
        return self._respond(json.dumps(data), status, Content_Type="application/json")

    def _render(self, env, template, company, status=200, **values):
        return self._respond_page(self._render_html(env, template, company, **values), status)

    def _render_html(self, env, template, company, **values):
        lang = env["res.lang"]._get_data(code=env.context["lang"])
        company = company or env.company
        html = env["ir.qweb"]._render(
            f"relationship_insight.{template}",
            {
                "html_lang": lang.code.replace("_", "-"),
                "lang_code": lang.code,
                "direction": RTL if lang.direction == RTL else "ltr",
                "languages": self._prepare_languages(env),
                "company_name": company.name,
                "logo": self._get_logo_url(company),
                "css": asset("pulse.css"),
                "js": asset("pulse.js"),
                "more_css": values.get("body_class") == KIOSK and asset("tablet.css"),
                "tablet_js": [
                    asset(name) for name in TABLET_JS if values.get("body_class") == KIOSK
                ],
                "body_class": "",
                "links": [],
                "message": False,
                **values,
            },
        )
        return BETWEEN_TAGS.sub(">\n<", html)

    def _respond_page(self, html, status=200):
        headers = {"Vary": "Accept-Encoding"}
        body = html.encode()
        if request.httprequest.method != "HEAD" and "gzip" in (
            request.httprequest.headers.get("Accept-Encoding", "")
        ):
            # Every kilobyte counts on a phone, and nothing secret stands beside what one types.
            body = gzip.compress(body, ZIP_LEVEL, mtime=0)
            headers["Content_Encoding"] = "gzip"
        return self._respond(body, status, **headers)

    def _prepare_languages(self, env):
        languages = []
        for code, name in env["res.lang"].get_installed():
            query = {**request.httprequest.args.to_dict(), "lang": code}
            languages.append(
                {
                    "code": code,
                    "name": name.rpartition("/ ")[2],
                    "tag": code.replace("_", "-"),
                    "short": {"th": "ไทย", "en": "EN"}.get(code[:2], code[:2].upper()),
                    "url": f"{request.httprequest.path}?{self._urlencode(query)}",
                }
            )
        return languages if len(languages) <= 4 else []

    def _urlencode(self, query):
        return urlencode(
            {
                key: value
                for key, value in query.items()
                if key in ("m", "v", "lang") and len(value) < 40
            }
        )

    def _get_logo_url(self, company):
        """Return the address of the company's own logo if it is small enough for a phone."""
        if (
            company.uses_default_logo
            or not company.logo_web
            or (len(company.logo_web) * 3 / 4 > LOGO_LIMIT)
        ):
            return False
        return f"/web/binary/company_logo?company={company.id}"

    def _closed(self, env, company=None):
        """The one page for every link that opens nothing, whatever the reason."""
        guess = not company and self._is_over_limit(env, ("guess", request.httprequest.remote_addr))
        if guess:
            return self._too_many(env)
        if self._is_script():
            return self._json({"closed": True}, 404)
        return self._render(
            env,
            "pulse_message",
            None,
            404,
            face="4",
            js=False,
            title=env._("Thank you for dropping by"),
            text=env._(
                "There is nothing to answer here any more. The link has been used, is too old, or "
                "isn't complete. Thank you for caring!"
            ),
        )

    def _too_many(self, env):
        if self._is_script():
            return self._json({"wait": 60}, 429)
        response = self._render(
            env,
            "pulse_message",
            None,
            429,
            face="2",
            js=False,
            title=env._("One moment, please"),
            text=env._(
                "Many requests have come from your network. Please try again in a few minutes."
            ),
        )
        response.headers["Retry-After"] = "120"
        return response

    def _bad_input(self, env):
        if self._is_script():
            return self._json({"bad": True}, 400)
        return self._render(
            env,
            "pulse_message",
            None,
            400,
            face="2",
            js=False,
            title=env._("We couldn't read that"),
            text=env._("We couldn't read part of it as text. Please go back and write it again."),
        )
