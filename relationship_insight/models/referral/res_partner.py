from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .relationship_referral import ACCEPTED

FEWEST_DIGITS = 5
LET_DOWN_DAYS = 30
# Of 100 points, turned so that more is better.
LOW = 40
# From this on a bad feeling was felt, on a scale that also says "never".
FELT = 50
WITHOUT_SCORE = ("awareness", "count", "text")


class ResPartner(models.Model):
    _inherit = "res.partner"

    referral_ids = fields.One2many(
        "relationship.referral",
        "referrer_id",
        string="Friends They Brought",
        groups="relationship_insight.group_relationship_staff",
    )
    referred_by_ids = fields.One2many(
        "relationship.referral",
        "referred_id",
        string="Brought By (Claims)",
        groups="relationship_insight.group_relationship_staff",
    )
    referred_by_id = fields.Many2one(
        "res.partner",
        string="Brought By",
        compute="_compute_referred_by_id",
        search="_search_referred_by_id",
        groups="relationship_insight.group_relationship_staff",
    )
    referral_count = fields.Integer(
        string="Friends Brought",
        compute="_compute_referral_count",
        groups="relationship_insight.group_relationship_staff",
    )

    def _get_accepted_referrals_domain(self):
        return Domain("state", "in", ACCEPTED) & Domain("company_id", "=", self.env.company.id)

    @api.depends("referral_ids.state")
    @api.depends_context("uid", "company")
    def _compute_referral_count(self):
        """How many they brought, as far as the user may see it."""
        counts = dict(
            self.env["relationship.referral"]._read_group(
                self._get_accepted_referrals_domain()
                & Domain("referrer_commercial_id", "in", self.commercial_partner_id.ids),
                ["referrer_commercial_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.referral_count = counts.get(partner.commercial_partner_id, 0)

    @api.depends("referred_by_ids.state")
    @api.depends_context("uid", "company")
    def _compute_referred_by_id(self):
        """Who brought them, as far as the user may see it."""
        Referral = self.env["relationship.referral"]
        accepted = self._get_accepted_referrals_domain()
        customers = self.commercial_partner_id.ids
        above = {
            referral.referred_commercial_id.id: referral.referrer_id
            for referral in Referral.search_fetch(
                accepted & Domain("referred_commercial_id", "in", customers),
                ["referred_commercial_id", "referrer_id"],
            )
        }
        for partner in self:
            partner.referred_by_id = above.get(partner.commercial_partner_id.id)

    def _search_referred_by_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        Referral = self.env["relationship.referral"]
        accepted = self._get_accepted_referrals_domain()
        ids = [partner_id for partner_id in value if partner_id]
        query = Referral._search(accepted & Domain("referrer_id", "in", ids))
        column = Referral._field_to_sql(Referral._table, "referred_commercial_id", query)
        domain = Domain("commercial_partner_id", "in", query.subselect(column))
        if False in value:
            brought = Referral._search(accepted)
            column = Referral._field_to_sql(Referral._table, "referred_commercial_id", brought)
            domain |= Domain("commercial_partner_id", "not in", brought.subselect(column))
        return domain

    def action_view_referrals(self):
        """Open what is known about who brought this customer and whom they brought."""
        self.ensure_one()
        customer = self.commercial_partner_id.id
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "relationship_insight.relationship_referral_action"
            ),
            "domain": [
                "|",
                ("referrer_commercial_id", "=", customer),
                ("referred_commercial_id", "=", customer),
            ],
            "context": {"default_referred_id": self.id},
        }

    def action_open_referral_page(self):
        """Open the page with this customer's link, code and QR code, to show or print it."""
        self.ensure_one()
        if not self.env.user.has_group("relationship_insight.group_relationship_staff"):
            raise AccessError(self.env._("Only staff may open a customer's page."))
        self.check_access("read")
        code = self.env["relationship.referral.code"]._get_or_create(self, self.env.company)
        return {
            "type": "ir.actions.act_url",
            "url": code._get_share_page_url(),
            "target": "new",
        }

    @api.model
    @api.readonly
    def find_referrers(self, text, exclude_id=False, limit=8):
        """Find who may be meant: by referral code, loyalty card, phone, e-mail or name.

        :param str text: as typed or scanned; at least two characters
        :param int exclude_id: the friend, who can't have brought themselves
        :return: list of dicts with ``id``, ``name``, ``phone``, ``email``, ``city``, ``sure``
            (found by a code, card or full phone number), ``code`` (False: not found by it)
        """
        exclude = self.browse(exclude_id or []).commercial_partner_id
        return self._find_referrers(text, exclude=exclude, limit=min(int(limit), 40))

    @api.model
    def _find_referrers(self, text, exclude=None, limit=8):
        text = (text or "").strip()
        if len(text) < 2:
            return []
        fit = Domain("commercial_partner_id", "not in", exclude.ids) if exclude else Domain.TRUE
        Code = self.env["relationship.referral.code"]
        code = Code._find(text, self.env.company)
        sure = self._find_by_card(text) | self.browse(code.partner_id.ids)
        found = self.search(fit & Domain("id", "in", sure.ids), limit=limit)
        is_link = Code._read_token(text)
        digits = "" if is_link else "".join(char for char in text if char.isdigit())
        if len(digits) >= FEWEST_DIGITS:
            # The country's prefix or the leading zero may be there or not.
            found |= self.search(
                fit & Domain("phone_sanitized", "like", f"%{digits.lstrip('0')}"), limit=limit
            )
            sure |= found
        if len(found) < limit and not is_link:
            domain = Domain("complete_name", "ilike", text)
            if "@" in text:
                domain |= Domain("email_normalized", "=", text.lower())
            found |= self.search(
                fit & domain & Domain("id", "not in", found.ids), limit=limit - len(found)
            )
        return [
            {
                "id": partner.id,
                "name": partner.display_name,
                "phone": partner.phone or "",
                "email": partner.email or "",
                "city": partner.city or "",
                "sure": partner in sure,
                "code": partner.id == code.partner_id.id and code.code,
            }
            for partner in found[:limit]
        ]

    @api.model
    def _find_by_card(self, text):
        """Return the customers a loyalty card of this company belongs to."""
        company = self.env.company
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .search(
                [
                    ("code", "=", text),
                    ("partner_id", "!=", False),
                    ("company_id", "in", (company.id, False)),
                ],
                limit=2,
            )
        )
        return self.browse(cards.partner_id.ids) | self.search([("barcode", "=", text)], limit=2)

    def _before_move(self, vals):
        """Make room before contacts join another customer."""
        before = super()._before_move(vals)
        Referral = self.env["relationship.referral"].sudo()
        before["referrals"] = Referral
        if vals.get("parent_id") and not vals.get("is_company"):
            customer = self.browse(vals["parent_id"]).sudo().commercial_partner_id
            people = self.sudo().filtered(
                lambda partner: not partner.is_company and partner.commercial_partner_id != customer
            )
            if people:
                before["referrals"] = Referral._fold_into(people, customer)
        return before

    def _after_move(self, before):
        """Look at the referrals of those who joined another customer again."""
        res = super()._after_move(before)
        before["referrals"]._start()
        return res

    def _may_be_asked_for_friends(self, company):
        """Whether we may ask this customer to bring friends: not who was just let down.

        Nobody is asked who said something bad of us in the last weeks, a minute ago included.
        """
        self.ensure_one()
        mine = Domain(
            [
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", company.id),
            ]
        )
        bad = Domain.OR(
            [
                [
                    ("valence", "!=", "-1"),
                    ("measure_id.kind", "not in", WITHOUT_SCORE),
                    ("score", "<=", LOW),
                ],
                # Of moments only those are stored that were felt.
                [("valence", "=", "-1"), ("measure_id.parent_id.code", "=", "M02")],
                [("valence", "=", "-1"), ("score", ">=", FELT)],
            ]
        )
        return (
            not self.env["relationship.reading"]
            .sudo()
            .search_count(
                mine
                & bad
                & Domain(
                    [
                        ("date", ">", fields.Datetime.now() - timedelta(days=LET_DOWN_DAYS)),
                        ("na", "=", False),
                        ("voided", "=", False),
                        ("competitor_id", "=", False),
                    ]
                ),
                limit=1,
            )
        )
