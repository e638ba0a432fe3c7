import logging
from datetime import datetime

import pytz

from odoo import api, models
from odoo.tools.misc import get_lang

_logger = logging.getLogger(__name__)

MAIL_HOUR = 7


class RelationshipDesk(models.AbstractModel):
    """The desk by mail, in the morning of each user and in their language."""

    _inherit = "relationship.desk"

    @api.model
    def _cron_send_digest(self):
        """Send today's mail to those whose morning has come; a day is done once, mail or not."""
        users = self._find_digest_users()
        for number, user in enumerate(users, start=1):
            locked = user.try_lock_for_update()
            if locked and self._is_digest_due(user):
                user.relationship_digest_date = self._get_local_now(user).date()
                try:
                    with self.env.cr.savepoint():
                        self._send_digest(user)
                except Exception:
                    _logger.exception("The desk of user %s couldn't be sent", user.id)
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(users) - number):
                return

    @api.model
    def _find_digest_users(self):
        group = self.env.ref("relationship_insight.group_relationship_staff")
        users = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", group.ids),
                    ("share", "=", False),
                    ("relationship_digest", "=", True),
                    ("email", "!=", False),
                ],
                order="id",
            )
        )
        return users.filtered(self._is_digest_due)

    @api.model
    def _get_local_now(self, user):
        return datetime.now(pytz.timezone(user.tz or "UTC"))

    @api.model
    def _is_digest_due(self, user):
        now = self._get_local_now(user)
        return (
            user.relationship_digest
            and now.hour >= MAIL_HOUR
            and user.relationship_digest_date != now.date()
        )

    @api.model
    def _send_digest(self, user):
        """Queue the mail of one user, made with the user's own rights; none if the desk is empty.

        Others may look into queued mail, so it holds only what everyone in the groups may read.
        """
        # Words and dates of one language, also for whoever chose none.
        lang = get_lang(self.env, user.lang).code
        desk = (
            self.with_user(user)
            .with_context(lang=lang, tz=user.tz, allowed_company_ids=user.company_id.ids)
            .get_desk()
        )
        for person in desk["people"]:
            if person["note"] and not person["note"]["open"]:
                person["note"] = None
        promises = (
            self.env["relationship.promise"].sudo().browse([row["id"] for row in desk["promises"]])
        )
        hidden = set(promises.filtered(lambda p: p.visibility != "company").ids)
        desk["promises"] = [row for row in desk["promises"] if row["id"] not in hidden]
        if not any(desk[name] for name in ("people", "promises", "events", "handovers")):
            return
        base = user.get_base_url()
        token = user._get_relationship_digest_token()
        stop = f"{base}/relationship/desk/stop/{token}"
        spoken = self.with_context(lang=lang)
        subject = spoken.env._(
            "Your desk: people to talk with %(people)s, promises due %(promises)s",
            people=len(desk["people"]),
            promises=len(desk["promises"]),
        )
        body = spoken.env["ir.qweb"]._render(
            "relationship_insight.desk_mail",
            {"desk": desk, "user": user, "base": base, "stop": stop},
        )
        html = spoken.env["mail.render.mixin"]._render_encapsulate(
            "digest.digest_mail_layout",
            body,
            add_context={"company": user.company_id, "user": user},
        )
        self.env["mail.mail"].sudo().create(
            {
                "auto_delete": True,
                "author_id": self.env.user.partner_id.id,
                "body_html": html,
                "email_from": user.company_id.email_formatted or self.env.user.email_formatted,
                "email_to": user.email_formatted,
                "headers": {
                    "List-Unsubscribe": f"<{stop}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                    "X-Auto-Response-Suppress": "OOF",
                },
                "state": "outgoing",
                "subject": subject,
            }
        )

    @api.model
    def _stop_digest(self, token):
        """Switch the mail of the token's owner off.

        :return: whether there is such an owner
        """
        if not 40 <= len(token or "") <= 64:
            return False
        user_sudo = (
            self.env["res.users"]
            .sudo()
            .search([("relationship_digest_token", "=", token)], limit=1)
        )
        user_sudo.relationship_digest = False
        return bool(user_sudo)
