from urllib.parse import quote, urlencode

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import email_normalize
from odoo.tools.urls import urljoin

from odoo.addons.phone_validation.tools.phone_validation import phone_format

from ...tools import pulse_token
from ..care.relationship_alert import JOIN

SHARE = "referral-share"
# Whose link a visitor opened; nothing about the visitor.
COOKIE = "relationship_referral"


class RelationshipReferralCode(models.Model):
    """The page on which a customer finds their link, and what happens when a friend joins by it."""

    _inherit = "relationship.referral.code"

    # ------------------------------------------------------------
    # The customer's own page
    # ------------------------------------------------------------

    def _get_share_page_url(self):
        """Return the address of the page from which this customer shares; theirs alone."""
        return urljoin(self.get_base_url(), self._get_share_path())

    def _get_share_path(self):
        self.ensure_one()
        token = pulse_token.seal(
            self.env["relationship.invitation"]._get_link_key(), SHARE, self.id,
            self.sudo().token)
        return f"/referral/share/{token}"

    @api.model
    def _unseal_share_sudo(self, token):
        """Return the code whose share page this token opens, or none, whatever is wrong."""
        nobody = self.sudo().browse()
        key = self.env["relationship.invitation"]._get_link_key()
        claim = pulse_token.unseal(key, SHARE, token)
        if claim is None:
            return nobody
        record_id, mac = claim
        code = nobody.browse(record_id if record_id < 2**31 else 0).exists()
        held = code.token or ""
        if not pulse_token.is_sealed(key, SHARE, record_id, held, mac) or not (
                code.active and code.partner_id.active):
            return nobody
        return code

    def _prepare_share(self):
        """Return what the share page shows, in the language of the environment."""
        self.ensure_one()
        url = self.share_url
        text = self.env._(
            "I like to shop at %(shop)s. Have a look, and say that I sent you: %(url)s",
            shop=self.company_id.name, url=url)
        return {
            "code": self._format_code(),
            "url": url,
            "qr": "/report/barcode/?" + urlencode({
                "barcode_type": "QR", "value": url, "width": 280, "height": 280}),
            "ways": [
                {"name": "LINE", "url": f"https://line.me/R/share?text={quote(text)}"},
                {"name": "WhatsApp", "url": f"https://wa.me/?text={quote(text)}"},
                {"name": self.env._("E-mail"), "url": "mailto:?" + urlencode({
                    "subject": self.env._("Have a look at %(shop)s", shop=self.company_id.name),
                    "body": text}, quote_via=quote)},
            ],
            "offer": self._get_offer(),
            "friends": self._count_friends(),
        }

    def _format_code(self):
        return f"{self.code[:4]} {self.code[4:]}"

    def _get_program(self):
        return self.env["relationship.referral.program"].sudo()._get_program(self.company_id)

    def _get_shop_url(self):
        """Return the tracked address of the shop's page, False where the programme names none."""
        return self._get_program().link_tracker_id.short_url

    def _get_offer(self):
        """Return what each side gets, as (for you, for your friend); False where nothing."""
        program = self._get_program()
        return (
            program.referrer_points and program.referrer_program_id._get_gift_text(
                program.referrer_points),
            program.referred_points and program.referred_program_id._get_gift_text(
                program.referred_points))

    def _count_friends(self):
        """Return how many friends joined, and how many of them bought; no names."""
        Referral = self.env["relationship.referral"].sudo()
        domain = [
            ("referrer_commercial_id", "=", self.partner_id.commercial_partner_id.id),
            ("company_id", "=", self.company_id.id)]
        return {
            "joined": Referral.search_count(
                [*domain, ("state", "in", ("claimed", "confirmed", "qualified", "rewarded"))]),
            "bought": Referral.search_count(
                [*domain, ("state", "in", ("qualified", "rewarded"))]),
        }

    # ------------------------------------------------------------
    # A friend joins
    # ------------------------------------------------------------

    def _join(self, vals, device, occasion):
        """Take up a friend who came by this link and agreed to be known.

        Whoever is known already stays as they are, and nothing tells the visitor that they are
        known. Since anybody can type the address of another, such a claim is looked at by the
        desk before it counts.

        :param dict vals: ``name``, ``email`` and ``phone`` as typed, ``lang``
        :param str device: stands for the visitor's device
        :param str occasion: names the page load; one takes up one friend
        :return: the referral, in sudo; empty where the same was sent before
        :raise UserError: with one sentence on what is missing or can't be right
        """
        self.ensure_one()
        code_sudo = self.sudo()
        clean = code_sudo._read_friend(vals)
        if not code_sudo._claim_join(clean, occasion):
            return self.env["relationship.referral"].sudo()
        partner = code_sudo._find_friend(clean)
        known = bool(partner)
        if not known:
            partner = self.env["res.partner"].sudo().create({
                **clean, "lang": vals.get("lang"), "type": "contact",
                "company_id": False,
            })
            # Who that was stands in the referral, which forgets them with their contact.
            partner._message_log(body=self.env._(
                "Joined by a friend's link and agreed to be contacted."))
        key = f"link:{code_sudo.id}:{partner.id}"
        told = known and self.env["relationship.referral"].sudo().search_count(
            [("source_key", "=", key)], limit=1)
        referral = self.env["relationship.referral"]._claim({
            "referred_id": partner.id,
            "token": code_sudo.token,
            "company_id": code_sudo.company_id.id,
            "source": "link",
            "device_key": device,
            "source_key": key,
        })
        if known and referral and not told:
            referral._flag_unproven()
        return referral

    def _claim_join(self, clean, occasion):
        """Take up a friend by one request at a time: the others wait, and see what it stored.

        :return: whether to go on; False where the same page was sent with the same before
        :raise UserError: when a page is sent again for somebody else
        """
        phone = self.env["res.partner"]._sanitize_phone(clean["phone"], self.company_id)
        digest = self.env["relationship.rate.limit"]._digest
        page, *ways = (
            f"{JOIN}{digest(kind, told)}" for kind, told in (
                ("page", occasion), ("email", clean["email"]), ("phone", phone or clean["phone"]))
            if told)
        taken = self.env["relationship.alert"].sudo()._claim([page, *ways])
        if page in taken:
            return True
        if taken:
            raise UserError(self.env._("Please look at it once more and press the button."))
        return False

    @api.model
    def _read_friend(self, vals):
        """Return clean name, e-mail and phone of a friend.

        :raise UserError: when they can't be right
        """
        vals = {key: (vals.get(key) or "").replace("\x00", " ") for key in (
            "name", "email", "phone")}
        name = " ".join(vals["name"].split())[:80]
        typed_email = vals["email"].strip()[:120]
        typed_phone = " ".join(vals["phone"].split())[:40]
        if not name:
            raise UserError(self.env._("Please tell us your name."))
        if not typed_email and not typed_phone:
            raise UserError(self.env._("Please give an e-mail address or a phone number."))
        email = email_normalize(typed_email) if typed_email else False
        if typed_email and not email:
            raise UserError(self.env._("This e-mail address isn't complete."))
        phone = False
        if typed_phone:
            country = self.company_id.country_id or self.env.company.country_id
            phone = phone_format(
                typed_phone, country.code, country.phone_code, force_format="INTERNATIONAL",
                raise_exception=False)
            if sum(char.isdigit() for char in phone or "") < 7 or any(
                    char.isalpha() for char in phone):
                raise UserError(self.env._("This phone number isn't complete."))
        return {"name": name, "email": email, "phone": phone}

    @api.model
    def _find_friend(self, clean):
        """Return the contact who has this e-mail or phone already, oldest first."""
        Partner = self.env["res.partner"].sudo()
        if clean["email"]:
            partner = Partner.search(
                [("email_normalized", "=", clean["email"])], order="id", limit=1)
            if partner:
                return partner
        return Partner._find_by_phone_sudo(clean["phone"], self.company_id)


class RelationshipReferralFlag(models.Model):
    _inherit = "relationship.referral.flag"

    rule = fields.Selection(
        selection_add=[("unproven", "Typed the details of a known contact")],
        ondelete={"unproven": "cascade"})


class RelationshipReferral(models.Model):
    _inherit = "relationship.referral"

    def _flag_unproven(self):
        """Let the desk look: whoever joined may have typed the address of somebody else."""
        for referral in self.sudo():
            if "unproven" not in referral.flag_ids.mapped("rule"):
                self.env["relationship.referral.flag"].sudo().create({
                    "referral_id": referral.id, "rule": "unproven", "severity": "flag",
                    "evidence": self.env._(
                        "Joined on the public page with an e-mail address or phone number "
                        "that was here before."),
                })


class RelationshipInvitation(models.Model):
    _inherit = "relationship.invitation"

    def _offers_referral(self):
        self.ensure_one()
        invitation = self.sudo()
        return bool(invitation.partner_id) and invitation.partner_id._may_be_asked_for_friends(
            invitation.company_id)

    def _get_referral_path(self):
        """The page from which whoever answered can send friends."""
        self.ensure_one()
        partner = self.sudo().partner_id
        if not partner:
            return False
        code = self.env["relationship.referral.code"]._get_or_create(partner, self.company_id)
        return code._get_share_path()


class ResUsers(models.Model):
    _inherit = "res.users"

    def _signup_create_user(self, values):
        user = super()._signup_create_user(values)
        token = request and request.cookies.get(COOKIE)
        if token:
            user._claim_from_link(token)
        return user

    def _claim_from_link(self, token):
        """A new portal user came by a customer's link.

        :param str token: of the link, from the visitor's own cookie
        """
        code = self.env["relationship.referral.code"]._find_by_token(token)
        for user in self.filtered("share"):
            if code:
                self.env["relationship.referral"]._claim({
                    "referred_id": user.partner_id.id,
                    "token": code.token,
                    "company_id": code.company_id.id,
                    "source": "link",
                    "source_key": f"link:{code.id}:{user.partner_id.id}",
                })
