import re
import secrets
import string
from urllib.parse import quote, urlencode

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import email_normalize
from odoo.tools.urls import urljoin

from odoo.addons.phone_validation.tools.phone_validation import phone_format

from ...tools import pulse_token
from ...tools.sql_once import once
from ..pulse.relationship_alert import JOIN

# No letters and digits that are taken for one another when read aloud or from paper.
ALPHABET = "".join(sorted(set(string.ascii_uppercase + string.digits) - set("01ILOSU5BVZ2")))
CODE_LENGTH = 8
TOKEN = re.compile(r"[\w-]{1,64}", re.ASCII)
SHARE = "referral-share"
# Whose link a visitor opened; nothing about the visitor.
COOKIE = "relationship_referral"


class RelationshipReferralCode(models.Model):
    """What a customer gives to friends: a code to type and a link to open."""

    _name = "relationship.referral.code"
    _description = "Referral Code"
    _inherit = "relationship.guarded"
    _order = "id desc"
    _rec_name = "code"
    _rec_names_search = ["code", "partner_id"]

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)
    is_main = fields.Boolean(
        default=True,
        readonly=True,
        help="The one to share. Codes taken over from a merged contact go on working.",
    )
    code = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: self._make_code()
    )
    token = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: secrets.token_urlsafe(24),
        groups="relationship_insight.group_relationship_relations",
    )
    share_url = fields.Char(string="Link", compute="_compute_share_url")
    visit_count = fields.Integer(
        string="Visits of the Link", readonly=True, help="Counted without storing who came."
    )
    last_visit = fields.Date(readonly=True)
    referral_count = fields.Integer(string="Friends", compute="_compute_referral_count")

    _code_uniq = models.Constraint("UNIQUE(code)", "This code is taken.")
    _token_uniq = models.Constraint("UNIQUE(token)", "This link is taken.")
    _partner_uniq = models.UniqueIndex(
        "(partner_id, company_id) WHERE active AND is_main", "A customer has one code per company."
    )

    @api.model
    def _make_code(self):
        return "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))

    @api.model
    def _normalize(self, text):
        """Return a code as stored, whatever blanks, dashes and case it was typed with."""
        return "".join(char for char in (text or "").upper() if char.isalnum())

    @api.model
    def _read_token(self, text):
        """Return the token in the address of a customer's link, False in any other text."""
        _before, found, token = (text or "").strip().partition("/referral/")
        return found and token.partition("?")[0].partition("#")[0].rstrip("/")

    @api.depends("token")
    def _compute_share_url(self):
        for code in self:
            code.share_url = urljoin(code.get_base_url(), f"/referral/{code.sudo().token}")

    def _compute_referral_count(self):
        counts = dict(
            self.env["relationship.referral"]._read_group(
                [("code_id", "in", self.ids)], ["code_id"], ["__count"]
            )
        )
        for code in self:
            code.referral_count = counts.get(code, 0)

    @api.model
    def _get_or_create(self, partner, company=None):
        """Return the customer's code, made when first asked for.

        :param partner: the person who shares it
        :param company: default the current one
        :raise ConcurrencyError: when another request just made it; Odoo then tries again
        """
        company = company or self.env.company
        code = self._get(partner, company)
        if code:
            return code
        with once(self.env.cr, "The referral code was made just now."):
            return self.sudo().create({"partner_id": partner.id, "company_id": company.id})

    @api.model
    def _get(self, partner, company):
        """Return the customer's code in sudo, empty while there is none."""
        return self.sudo().search(
            [("partner_id", "=", partner.id), ("company_id", "=", company.id)],
            order="is_main desc, id desc",
            limit=1,
        )

    @api.model
    def _find(self, text, company=None):
        """Return the active code typed, or scanned as its link, empty when there is none."""
        token = self._read_token(text)
        if token:
            code = self._find_by_token(token)
            return code.filtered(lambda known: not company or known.company_id == company)
        code = self._normalize(text)
        if not code:
            return self.browse()
        domain = [("code", "=", code), ("partner_id.active", "=", True)]
        if company:
            domain.append(("company_id", "=", company.id))
        return self.sudo().search(domain, limit=1)

    @api.model
    def _find_for(self, text, company, customer=None):
        """Return the code a customer gave, typed or scanned as its link.

        :param customer: who gave it, if known
        :raise UserError: with one sentence on what is wrong with it
        """
        code = self._find(text, company)
        typed = (text or "").strip()[:40]
        if not code:
            gone = self.with_context(active_test=False)._find(text, company)
            if gone:
                raise UserError(
                    self.env._(
                        "The code %(code)s doesn't count any more. Ask the friend for their new "
                        "one.",
                        code=gone.code,
                    )
                )
            raise UserError(
                self.env._("Nobody has the code %(code)s. Ask them to read it again.", code=typed)
            )
        if customer and customer.commercial_partner_id == code.partner_id.commercial_partner_id:
            raise UserError(
                self.env._(
                    "%(code)s is this customer's own code. It takes the code of a friend.",
                    code=code.code,
                )
            )
        return code

    def _is_old_customer(self, customer):
        """Whether a customer bought before today, so that this code can't have brought them."""
        self.ensure_one()
        Profile = self.env["relationship.profile"]
        return bool(
            Profile.sudo().search_count(
                [
                    ("commercial_partner_id", "=", customer.commercial_partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("first_purchase", "<", self.company_id._relationship_today()),
                ],
                limit=1,
            )
        )

    @api.model
    def _find_by_token(self, token):
        """Return the active code of a link, empty when there is none."""
        if not token or not TOKEN.fullmatch(token):
            return self.browse()
        return self.sudo().search(
            [("token", "=", token), ("partner_id.active", "=", True)], limit=1
        )

    def _count_visit(self):
        """Count one visit of the link; nothing about the visitor is kept."""
        for code in self.sudo():
            code._increment_visits()

    def _increment_visits(self):
        self.flush_recordset()
        self.env.cr.execute(
            "UPDATE relationship_referral_code SET visit_count = COALESCE(visit_count, 0) + 1,"
            " last_visit = CURRENT_DATE WHERE id = %s",
            [self.id],
        )
        self.invalidate_recordset(["visit_count", "last_visit"])

    def action_renew(self):
        """Make the old code and link worthless and give the customer new ones."""
        self.check_access("write")
        for code in self.sudo():
            self.sudo().search(
                [
                    ("partner_id", "=", code.partner_id.id),
                    ("company_id", "=", code.company_id.id),
                ]
            ).active = False
            self._get_or_create(code.partner_id, code.company_id)

    # The page on which a customer finds their link, and what happens when a friend joins by
    # it.

    # ------------------------------------------------------------
    # The customer's own page
    # ------------------------------------------------------------

    def _get_share_page_url(self):
        """Return the address of the page from which this customer shares; theirs alone."""
        return urljoin(self.get_base_url(), self._get_share_path())

    def _get_share_path(self):
        self.ensure_one()
        token = pulse_token.seal(
            self.env["relationship.invitation"]._get_link_key(), SHARE, self.id, self.sudo().token
        )
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
            code.active and code.partner_id.active
        ):
            return nobody
        return code

    def _prepare_share(self):
        """Return what the share page shows, in the language of the environment."""
        self.ensure_one()
        url = self.share_url
        text = self.env._(
            "I like to shop at %(shop)s. Have a look, and say that I sent you: %(url)s",
            shop=self.company_id.name,
            url=url,
        )
        return {
            "code": self._format_code(),
            "url": url,
            "qr": "/report/barcode/?"
            + urlencode({"barcode_type": "QR", "value": url, "width": 280, "height": 280}),
            "ways": [
                {"name": "LINE", "url": f"https://line.me/R/share?text={quote(text)}"},
                {"name": "WhatsApp", "url": f"https://wa.me/?text={quote(text)}"},
                {
                    "name": self.env._("E-mail"),
                    "url": "mailto:?"
                    + urlencode(
                        {
                            "subject": self.env._(
                                "Have a look at %(shop)s", shop=self.company_id.name
                            ),
                            "body": text,
                        },
                        quote_via=quote,
                    ),
                },
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
            program.referrer_points
            and program.referrer_program_id._get_gift_text(program.referrer_points),
            program.referred_points
            and program.referred_program_id._get_gift_text(program.referred_points),
        )

    def _count_friends(self):
        """Return how many friends joined, and how many of them bought; no names."""
        Referral = self.env["relationship.referral"].sudo()
        domain = [
            ("referrer_commercial_id", "=", self.partner_id.commercial_partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        return {
            "joined": Referral.search_count(
                [*domain, ("state", "in", ("claimed", "confirmed", "qualified", "rewarded"))]
            ),
            "bought": Referral.search_count([*domain, ("state", "in", ("qualified", "rewarded"))]),
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
            partner = (
                self.env["res.partner"]
                .sudo()
                .create(
                    {
                        **clean,
                        "lang": vals.get("lang"),
                        "type": "contact",
                        "company_id": False,
                    }
                )
            )
            # Who that was stands in the referral, which forgets them with their contact.
            partner._message_log(
                body=self.env._("Joined by a friend's link and agreed to be contacted.")
            )
        key = f"link:{code_sudo.id}:{partner.id}"
        told = known and self.env["relationship.referral"].sudo().search_count(
            [("source_key", "=", key)], limit=1
        )
        referral = self.env["relationship.referral"]._claim(
            {
                "referred_id": partner.id,
                "token": code_sudo.token,
                "company_id": code_sudo.company_id.id,
                "source": "link",
                "device_key": device,
                "source_key": key,
            }
        )
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
            f"{JOIN}{digest(kind, told)}"
            for kind, told in (
                ("page", occasion),
                ("email", clean["email"]),
                ("phone", phone or clean["phone"]),
            )
            if told
        )
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
        vals = {
            key: (vals.get(key) or "").replace("\x00", " ") for key in ("name", "email", "phone")
        }
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
                typed_phone,
                country.code,
                country.phone_code,
                force_format="INTERNATIONAL",
                raise_exception=False,
            )
            if sum(char.isdigit() for char in phone or "") < 7 or any(
                char.isalpha() for char in phone
            ):
                raise UserError(self.env._("This phone number isn't complete."))
        return {"name": name, "email": email, "phone": phone}

    @api.model
    def _find_friend(self, clean):
        """Return the contact who has this e-mail or phone already, oldest first."""
        Partner = self.env["res.partner"].sudo()
        if clean["email"]:
            partner = Partner.search(
                [("email_normalized", "=", clean["email"])], order="id", limit=1
            )
            if partner:
                return partner
        return Partner._find_by_phone_sudo(clean["phone"], self.company_id)

    @api.model
    def _get_of_visitor_sudo(self):
        """Return the code of the link by which the visitor of this request came, in sudo."""
        token = request and request.env and request.cookies.get(COOKIE)
        if not token or not request.env.uid or request.env.user._is_internal():
            return self.sudo().browse()
        return self._find_by_token(token)

    def _claim_visitor(self, record, **friend):
        """Who left their data on a page, as a lead or with an order, came by this link."""
        self.ensure_one()
        if record.company_id and record.company_id != self.company_id:
            return
        self.env["relationship.referral"]._claim(
            {
                **friend,
                "token": self.token,
                "company_id": self.company_id.id,
                "source": "link",
                "document_model": record._name,
                "document_id": record.id,
                "source_key": f"link:{self.id}:{record._name}:{record.id}",
            }
        )
