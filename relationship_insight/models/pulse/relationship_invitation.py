import re
from datetime import timedelta
from urllib.parse import urlencode

from odoo import api, fields, models

from ...tools import pulse_token
from ..campaign.relationship_invitation import ANSWERABLE

PATH = "/pulse"
TOKEN_PATTERN = re.compile(r"[A-Za-z0-9_-]{16,128}\Z")
UNSUBSCRIBE = "unsubscribe"
PREFERENCES = "preferences"
# Whoever wants no more mail may find the way in an old one.
KEPT_LINK = timedelta(days=400)
PAUSES = {"month": 30, "quarter": 91, "half": 182, "year": 365}
ASKING_CHANNELS = ("email", "sms", "portal")
DECISIONS_SHOWN = 6


class RelationshipInvitation(models.Model):
    _inherit = "relationship.invitation"

    @api.model
    def _get_link_key(self):
        """Return the bytes with which the public pages sign."""
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        return b"relationship_insight:" + secret.encode()

    def _get_base_url(self):
        self.ensure_one()
        return self.company_id.sudo().get_base_url().rstrip("/")

    def _get_answer_url(self, measure=None, value=None, lang=None):
        """Return the link to the page of this invitation.

        With a measure and a value the page opens with that answer chosen; nothing is stored
        until the customer confirms it there.

        :param str value: as :meth:`_get_mail_choices` names it
        """
        self.ensure_one()
        url = self.env.context.get("relationship_preview") or (
            f"{self._get_base_url()}{PATH}/{self.sudo().access_token}"
        )
        query = {}
        if measure is not None and value is not None:
            query = {"m": measure.code, "v": value}
        if lang:
            query["lang"] = lang
        return f"{url}?{urlencode(query)}" if query else url

    def _get_unsubscribe_url(self):
        """Return the link for the header List-Unsubscribe (RFC 8058) and for the mail's end."""
        return self._get_sealed_url(UNSUBSCRIBE)

    def _get_preferences_url(self):
        """Return the link to the page that says why they were asked and takes their wishes."""
        return self._get_sealed_url(PREFERENCES)

    def _get_sealed_url(self, purpose):
        return self.env.context.get("relationship_preview") or (
            self._get_base_url() + self._get_sealed_path(purpose)
        )

    def _get_sealed_path(self, purpose):
        return f"{PATH}/{purpose}/{self._seal(purpose)}"

    def _seal(self, purpose):
        """Return the token that names this invitation for one purpose."""
        self.ensure_one()
        return pulse_token.seal(
            self._get_link_key(), purpose, self.id, self.sudo().access_token or ""
        )

    @api.model
    def _unseal_sudo(self, purpose, token):
        """Return the invitation that a sealed token names, or none, whatever is wrong with it."""
        nobody = self.sudo().browse()
        key = self._get_link_key()
        claim = pulse_token.unseal(key, purpose, token)
        if claim is None:
            return nobody
        record_id, mac = claim
        invitation = nobody.browse(record_id if record_id < 2**31 else 0).exists()
        held = invitation.access_token or ""
        if not pulse_token.is_sealed(key, purpose, record_id, held, mac) or not invitation:
            return nobody
        if invitation.create_date < fields.Datetime.now() - KEPT_LINK:
            return nobody
        return invitation

    @api.model
    def _get_waiting_for(self, partner):
        """Return, in sudo, what a person may answer just now, newest first."""
        now = fields.Datetime.now()
        return (
            self.sudo().search(
                [
                    ("partner_id", "=", partner.id),
                    ("state", "in", ANSWERABLE),
                    "|",
                    ("date_expire", "=", False),
                    ("date_expire", ">=", now),
                ]
            )
            if partner
            else self.sudo().browse()
        )

    def _revoke_links(self):
        """Make every link of these invitations worthless."""
        self.sudo().write({"access_token": False})

    # The customer's wishes, from the pages for them, and why they were asked.

    def _get_wishes(self):
        """Return the preference of the person who was asked, empty if there is none yet."""
        self.ensure_one()
        return (
            self.env["relationship.contact.preference"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.sudo().partner_id.id),
                    ("company_id", "=", self.sudo().company_id.id),
                ],
                limit=1,
            )
        )

    def _set_wishes(self, vals):
        """Store wishes of the person who was asked; the next planning goes by them."""
        self.ensure_one()
        invitation = self.sudo()
        wishes = (
            self.env["relationship.contact.preference"]
            .sudo()
            ._get_or_create(invitation.partner_id, invitation.company_id)
        )
        wishes.write({**vals, "date_wished": fields.Datetime.now()})
        left = wishes.opted_out_campaign_ids
        invitation.opted_out = (
            "all" if wishes.opted_out else ("campaign" if invitation.campaign_id in left else False)
        )
        if wishes.opted_out or left:
            waiting = self.sudo().search(
                [
                    ("partner_id", "=", invitation.partner_id.id),
                    ("state", "=", "planned"),
                    ("company_id", "=", invitation.company_id.id),
                ]
            )
            waiting.filtered(lambda i: wishes.opted_out or i.campaign_id in left)._cancel()
        return wishes

    def _unsubscribe(self, only_this=False):
        """Leave all questions of the company, or only this campaign's.

        Who says "don't ask me" means all of it. Doing it again changes nothing.
        """
        self._set_wishes(
            {
                "opted_out_campaign_ids": [fields.Command.link(self.sudo().campaign_id.id)],
            }
            if only_this
            else {"opted_out": True}
        )

    def _resubscribe(self):
        """Take back what :meth:`_unsubscribe` did."""
        self._set_wishes(
            {
                "opted_out": False,
                "opted_out_campaign_ids": [fields.Command.unlink(self.sudo().campaign_id.id)],
            }
        )

    def _get_pause_end(self, pause):
        """Return the day a break of this name ends, False for none."""
        days = PAUSES.get(pause)
        return days and fields.Date.context_today(self) + timedelta(days=days)

    def _get_reason_asked(self):
        """Return in a sentence why this person was asked."""
        self.ensure_one()
        invitation = self.sudo()
        campaign = invitation.campaign_id
        what = {
            "first_purchase": self.env._("you bought from us for the first time"),
            "sale_confirmed": self.env._("you placed an order with us"),
            "sale_delivered": self.env._("your order was delivered"),
            "pos_order": self.env._("you bought something in our shop"),
            "case_closed": self.env._("we looked after something for you"),
            "anniversary": self.env._("it is the anniversary of your first purchase"),
            "silence": self.env._("we haven't seen you for some time"),
        }.get(campaign.event)
        if campaign.kind == "event" and what:
            reference = self._get_order_reference()
            return (
                self.env._("Because %(what)s (%(reference)s).", what=what, reference=reference)
                if reference
                else self.env._("Because %(what)s.", what=what)
            )
        unit = dict(campaign._fields["cadence_unit"]._description_selection(self.env))
        every = f"{campaign.cadence_number} {unit.get(campaign.cadence_unit, '')}"
        if campaign.cadence_number == 1:
            every = {"days": self.env._("day"), "months": self.env._("month")}[
                campaign.cadence_unit
            ]
        if campaign.sampling_fraction < 1:
            return self.env._(
                "Because your name was drawn. Every %(every)s we ask some of our customers, chosen "
                "by chance and never by what they spend.",
                every=every,
            )
        return self.env._(
            "Because every %(every)s we ask our customers the same questions, and your turn has "
            "come. Some rest, and a few chosen by chance are never asked.",
            every=every,
        )

    def _get_order_reference(self):
        """Return the name of the order that was the occasion, False if there is none."""
        invitation = self.sudo()
        if not invitation.order_id or invitation.order_model not in self.env:
            return False
        order = self.env[invitation.order_model].sudo().browse(invitation.order_id).exists()
        return order.display_name if order else False

    def _get_decisions(self):
        """Return the last decisions whether to ask this person, newest first, in words."""
        self.ensure_one()
        rows = (
            self.env["relationship.eligibility"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.sudo().partner_id.id),
                    ("company_id", "=", self.sudo().company_id.id),
                ],
                limit=DECISIONS_SHOWN,
                order="date desc, id desc",
            )
        )
        reasons = dict(rows._fields["reason"]._description_selection(self.env))
        return [
            {
                "date": fields.Datetime.context_timestamp(
                    self.with_context(tz=self.sudo().tz or "UTC"), row.date
                ).date(),
                "campaign": row.campaign_id._get_public_title(),
                "reason": reasons[row.reason],
            }
            for row in rows
        ]

    # Long questionnaires: Odoo's survey asks, the invitation knows who and why.

    def _start_survey(self):
        """Return the path of this person's own survey, made when they begin or come back."""
        self.ensure_one()
        invitation = self.sudo()
        survey = invitation.version_id.survey_id
        answer = invitation.user_input_id
        if not answer:
            lang = self.env["res.lang"]._get_data(code=self.env.context.get("lang"))
            answer = survey._create_answer(
                partner=invitation.partner_id,
                email=invitation.email,
                check_attempts=False,
                lang_id=lang.id,
            )
            invitation.user_input_id = answer
        self._mark_started()
        return f"/survey/{survey.access_token}/{answer.access_token}"
