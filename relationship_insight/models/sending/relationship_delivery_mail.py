import re

from lxml import html as lxml_html
from markupsafe import escape

from odoo import api, models
from odoo.tools import html2plaintext, mail

from ...tools import mail_merge
from .relationship_invitation import COMMON, PERSONAL

TEMPLATES = {
    "invitation": "relationship_insight.mail_template_invitation",
    "reminder": "relationship_insight.mail_template_reminder",
    "wishes": "relationship_insight.mail_template_wishes",
}
_BREAKS = re.compile(r"[\r\n]+")


class RelationshipDelivery(models.Model):
    """The mail: rendered once for all receivers of a language, and filled in for each."""

    _inherit = "relationship.delivery"

    def _prepare_mails(self):
        """Return {id: values of a mail} of these messages, in each customer's language."""
        mails, forms = {}, {}
        installed = dict(self.env["res.lang"].get_installed())
        for delivery in self:
            invitation = delivery.invitation_id
            lang = delivery._get_lang(installed)
            key = (
                delivery.campaign_id,
                invitation.version_id,
                delivery.company_id,
                lang,
                delivery.kind,
            )
            if key not in forms:
                forms[key] = delivery._prepare_form(lang)
            mails[delivery.id] = delivery._fill_form(forms[key], lang)
        return mails

    def _get_lang(self, installed=None):
        """Language of the mail: the one they were planned with, if it is still installed."""
        installed = installed or dict(self.env["res.lang"].get_installed())
        company = self.company_id
        for lang in (
            self.lang,
            self.partner_id.lang,
            company.relationship_lang,
            company.partner_id.lang,
        ):
            if lang in installed:
                return lang
        return "en_US" if "en_US" in installed else next(iter(installed))

    def _get_template(self):
        """Return the mail template of this message, None if somebody deleted it."""
        chosen = {
            "invitation": self.campaign_id.mail_template_id,
            "reminder": self.campaign_id.reminder_template_id,
        }.get(self.kind)
        return chosen or self.env.ref(TEMPLATES[self.kind], raise_if_not_found=False)

    def _prepare_form(self, lang):
        """Return what all mails like this one share, cut where the personal values go.

        A template that uses personal values in another way than as they are can't be cut: its
        form has no pieces, and each mail is rendered alone.
        """
        self.ensure_one()
        template = self._get_template().with_context(lang=lang)
        form = {"template": template, "lang": lang, **self._prepare_sender()}
        if mail_merge.mergeable(template.body_html, [template.subject], COMMON, PERSONAL):
            marks = mail_merge.Marks()
            subject, body = self._render(template, lang, marks)
            form["pieces"] = {
                "subject": marks.cut(subject),
                "body": marks.cut(body),
                "text": marks.cut(self._to_text(body)),
            }
        return form

    def _render(self, template, lang, marks=None):
        """Return (subject, body) of this message, personal values as marks if there are any."""
        template = template.with_context(lang=lang, relationship_marks=marks)
        ids = self.invitation_id.ids
        subject = template._render_field("subject", ids)[ids[0]]
        body = template._render_field("body_html", ids, options={"post_process": True})[ids[0]]
        return subject, str(body)

    def _fill_form(self, form, lang):
        """Return the values of this customer's mail."""
        invitation = self.invitation_id.with_context(lang=lang)
        vals = {
            "email_from": form["email_from"],
            "reply_to": form["reply_to"],
            "bounce": form["bounce"],
            "unsubscribe": invitation._get_unsubscribe_url(),
            "name": self.partner_id.name or "",
        }
        if "pieces" in form:
            personal = {
                "mail_greeting": invitation._get_greeting(),
                "mail_answer_url": invitation._get_answer_url(),
                "mail_preferences_url": invitation._get_preferences_url(),
                "mail_unsubscribe_url": vals["unsubscribe"],
            }
            escaped = {name: str(escape(value)) for name, value in personal.items()}
            pieces = form["pieces"]
            subject = mail_merge.fill(pieces["subject"], personal)
            vals["body"] = mail_merge.fill(pieces["body"], escaped)
            vals["text"] = mail_merge.fill(pieces["text"], personal)
        else:
            subject, vals["body"] = self._render(form["template"], lang)
            vals["text"] = self._to_text(vals["body"])
        vals["subject"] = _BREAKS.sub(" ", subject)
        return vals

    def _prepare_sender(self):
        """Return who writes, where answers go, and where bounces go."""
        campaign, company = self.campaign_id, self.company_id
        email_from = campaign.email_from or company._get_relationship_sender() or ""
        return {
            "email_from": email_from,
            "reply_to": campaign.reply_to or email_from,
            "bounce": company.bounce_email or "",
        }

    @api.model
    def _to_text(self, body):
        """The mail for programs that show plain text: the same words, each link written out."""
        root = lxml_html.fragment_fromstring(body, create_parent="div")
        for element in root.xpath("//*[contains(@class, 'ri_html_only')]"):
            element.drop_tree()
        for link in root.xpath("//a[@href]"):
            href = link.attrib.pop("href")
            words = (link.text_content() or "").strip()
            for child in list(link):
                link.remove(child)
            link.text = f"{words}: {href}" if words else href
        return html2plaintext(lxml_html.tostring(root, encoding="unicode"))

    def _build_message(self, vals, address):
        """Return the message for the mail server."""
        self.ensure_one()
        headers = {
            # RFC 8058: one click in the mail program is enough, and opening it does nothing.
            "List-Unsubscribe": f"<{vals['unsubscribe']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Precedence": "list",
            "X-Auto-Response-Suppress": "OOF",
            "Auto-Submitted": "auto-generated",
        }
        if vals["bounce"]:
            headers["Return-Path"] = vals["bounce"]
        return self.env["ir.mail_server"]._build_email__(
            email_from=vals["email_from"],
            email_to=[mail.formataddr((vals["name"], address))],
            subject=vals["subject"],
            body=vals["body"],
            body_alternative=vals["text"],
            reply_to=vals["reply_to"],
            message_id=self.message_id,
            subtype="html",
            subtype_alternative="plain",
            headers=headers,
        )
