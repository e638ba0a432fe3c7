import re
import secrets
import string

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.urls import urljoin

from ...tools.sql_once import once

# No letters and digits that are taken for one another when read aloud or from paper.
ALPHABET = "".join(sorted(set(string.ascii_uppercase + string.digits) - set("01ILOSU5BVZ2")))
CODE_LENGTH = 8
TOKEN = re.compile(r"[\w-]{1,64}", re.ASCII)


class RelationshipReferralCode(models.Model):
    """What a customer gives to friends: a code to type and a link to open."""

    _name = "relationship.referral.code"
    _description = "Referral Code"
    _inherit = "relationship.guarded"
    _order = "id desc"
    _rec_name = "code"
    _rec_names_search = ["code", "partner_id"]

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, index=True,
        ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company)
    active = fields.Boolean(default=True)
    is_main = fields.Boolean(
        default=True, readonly=True,
        help="The one to share. Codes taken over from a merged contact go on working.")
    code = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: self._make_code())
    token = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: secrets.token_urlsafe(24),
        groups="relationship_insight.group_relationship_relations")
    share_url = fields.Char(string="Link", compute="_compute_share_url")
    visit_count = fields.Integer(
        string="Visits of the Link", readonly=True, help="Counted without storing who came.")
    last_visit = fields.Date(readonly=True)
    referral_count = fields.Integer(string="Friends", compute="_compute_referral_count")

    _code_uniq = models.Constraint("UNIQUE(code)", "This code is taken.")
    _token_uniq = models.Constraint("UNIQUE(token)", "This link is taken.")
    _partner_uniq = models.UniqueIndex(
        "(partner_id, company_id) WHERE active AND is_main", "A customer has one code per company.")

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
        counts = dict(self.env["relationship.referral"]._read_group(
            [("code_id", "in", self.ids)], ["code_id"], ["__count"]))
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
            order="is_main desc, id desc", limit=1)

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
                raise UserError(self.env._(
                    "The code %(code)s doesn't count any more. Ask the friend for their new one.",
                    code=gone.code))
            raise UserError(self.env._(
                "Nobody has the code %(code)s. Ask them to read it again.", code=typed))
        if customer and customer.commercial_partner_id == code.partner_id.commercial_partner_id:
            raise UserError(self.env._(
                "%(code)s is this customer's own code. It takes the code of a friend.",
                code=code.code))
        return code

    def _is_old_customer(self, customer):
        """Whether a customer bought before today, so that this code can't have brought them."""
        self.ensure_one()
        Profile = self.env["relationship.profile"]
        return bool(Profile.sudo().search_count([
            ("commercial_partner_id", "=", customer.commercial_partner_id.id),
            ("company_id", "=", self.company_id.id),
            ("first_purchase", "<", Profile._local_today(self.company_id))], limit=1))

    @api.model
    def _find_by_token(self, token):
        """Return the active code of a link, empty when there is none."""
        if not token or not TOKEN.fullmatch(token):
            return self.browse()
        return self.sudo().search(
            [("token", "=", token), ("partner_id.active", "=", True)], limit=1)

    def _count_visit(self):
        """Count one visit of the link; nothing about the visitor is kept."""
        for code in self.sudo():
            code._increment_visits()

    def _increment_visits(self):
        self.flush_recordset()
        self.env.cr.execute(
            "UPDATE relationship_referral_code SET visit_count = COALESCE(visit_count, 0) + 1,"
            " last_visit = CURRENT_DATE WHERE id = %s", [self.id])
        self.invalidate_recordset(["visit_count", "last_visit"])

    def action_renew(self):
        """Make the old code and link worthless and give the customer new ones."""
        self.check_access("write")
        for code in self.sudo():
            self.sudo().search([
                ("partner_id", "=", code.partner_id.id), ("company_id", "=", code.company_id.id),
            ]).active = False
            self._get_or_create(code.partner_id, code.company_id)
