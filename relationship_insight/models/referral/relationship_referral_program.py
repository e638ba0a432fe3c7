from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL
from odoo.tools.urls import urljoin

REWARD_TYPES = ("coupons", "promo_code", "next_order_coupons", "gift_card", "ewallet", "loyalty")
REWARD_DOMAIN = [("program_type", "in", REWARD_TYPES)]
# Which claims count without anybody at the desk looking at them.
SURE_SOURCES = {
    "none": (),
    "code": ("link", "code"),
    "told": ("link", "code", "pos", "sale", "staff", "lead"),
    "all": ("link", "code", "pos", "sale", "staff", "lead", "survey", "pulse", "import"),
}
MEDIUM = "relationship_insight.utm_medium_referral"
SOURCE = "relationship_insight.utm_source_referral"
CAMPAIGN = "relationship_insight.utm_campaign_referral"


class RelationshipReferralProgram(models.Model):
    """How a company counts friends who were brought along, and what it gives for them.

    Only the direct referrer is ever rewarded: chains are reported, never paid.
    """

    _name = "relationship.referral.program"
    _description = "Referral Programme"
    _inherit = "relationship.guarded"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    attribution = fields.Selection(
        [
            ("first", "The one named first"),
            ("last", "The one named last before the first purchase"),
            ("strongest", "The best proven one"),
        ],
        string="When Several Claim the Same Friend",
        required=True,
        default="strongest",
        help="Best proven: a link or code before being named at the till or on an order, that "
        "before an answer to a survey, that before a note of staff; among equals the earliest.",
    )
    auto_confirm = fields.Selection(
        [
            ("none", "Somebody confirms each one"),
            ("code", "Links and codes count at once"),
            ("told", "Also what customers tell staff"),
            ("all", "All of them, surveys and imports included"),
        ],
        string="What Counts Without a Check",
        required=True,
        default="told",
    )
    window_days = fields.Integer(
        string="First Purchase Within (days)",
        required=True,
        default=180,
        help="The friend has to buy within so many days of being brought.",
    )
    late_days = fields.Integer(
        string="Named Afterwards, up to (days)",
        required=True,
        default=30,
        help="So many days after their first purchase a new customer may still tell who brought "
        "them. A link or a code must come before, or on the day of, the purchase.",
    )
    hold_days = fields.Integer(
        string="Wait Before Rewarding (days)",
        required=True,
        default=14,
        help="Time in which the purchase may still come back.",
    )
    qualifying_event = fields.Selection(
        [
            ("first", "Their first purchase"),
            ("second", "Their second purchase"),
        ],
        string="Counts From",
        required=True,
        default="first",
    )
    min_amount = fields.Monetary(
        string="From an Amount of",
        help="What they keep of that purchase, with taxes; "
        "gift cards and top-ups of a wallet aren't counted.",
    )
    referrer_program_id = fields.Many2one(
        "loyalty.program",
        string="Thanks to Who Brought Them",
        domain=REWARD_DOMAIN,
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    referrer_points = fields.Float(
        string="Worth to Them",
        default=1,
        help="Points, or money on a gift card or e-wallet; for coupons the points of each coupon.",
    )
    referred_program_id = fields.Many2one(
        "loyalty.program",
        string="Welcome to the Friend",
        domain=REWARD_DOMAIN,
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    referred_points = fields.Float(
        string="Worth to the Friend",
        default=1,
        help="Points, or money on a gift card or e-wallet; for coupons the points of each coupon.",
    )
    cap_count = fields.Integer(
        string="Rewards per Customer, at Most",
        default=10,
        help="So many rewards for bringing friends in each period; 0: no limit.",
    )
    cap_period = fields.Selection(
        [
            ("month", "a month"),
            ("quarter", "a quarter"),
            ("year", "a year"),
            ("ever", "in all"),
        ],
        string="Per",
        required=True,
        default="year",
    )
    cost = fields.Monetary(
        string="Cost of One Reward",
        help="What a reward costs you on average, both sides together; taken off the "
        "referral value.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Who Thanks",
        domain=[("share", "=", False)],
        help="Gets the activity when the customer who brought a friend has no salesperson.",
    )
    farm_count = fields.Integer(
        string="Look Closer From (friends)",
        required=True,
        default=5,
        help="From so many friends on, a customer whose friends never come back is flagged.",
    )
    farm_share = fields.Float(
        string="Share That Never Came Back",
        required=True,
        default=0.8,
        help="Flagged when at least this share of the friends bought once only.",
    )
    farm_days = fields.Integer(
        string="After (days)",
        required=True,
        default=60,
        help="A friend is given so many days for a second purchase.",
    )
    referral_ids = fields.One2many("relationship.referral", "program_id", string="Referrals")
    utm_campaign_id = fields.Many2one(
        "utm.campaign",
        string="Marketing Campaign",
        ondelete="set null",
        index="btree_not_null",
        default=lambda self: self.env.ref(CAMPAIGN, raise_if_not_found=False),
        help="Leads and orders of visitors who came by a customer's link count for it.",
    )
    shop_url = fields.Char(
        string="Where Friends Land", help="A page of your shop that friends are shown the way to."
    )
    link_tracker_id = fields.Many2one(
        "link.tracker",
        string="Tracked Link",
        readonly=True,
        ondelete="set null",
        copy=False,
        index="btree_not_null",
    )
    shop_click_count = fields.Integer(
        related="link_tracker_id.count",
        string="Went to the Shop",
        help="How often friends went on to your shop's page; counted without storing who.",
    )

    _days_positive = models.Constraint(
        "CHECK(window_days > 0 AND late_days >= 0 AND hold_days >= 0 AND farm_days >= 0)",
        "Days can't be negative, and the time to buy must be at least a day.",
    )
    _points_positive = models.Constraint(
        "CHECK(referrer_points >= 0 AND referred_points >= 0 AND cost >= 0 AND min_amount >= 0)",
        "Rewards and amounts can't be negative.",
    )
    _cap_positive = models.Constraint(
        "CHECK(cap_count >= 0 AND farm_count > 1 AND farm_share > 0 AND farm_share <= 1)",
        "The limit can't be negative; look closer from two friends on, at a share of 0 to 1.",
    )

    @api.constrains("referrer_program_id", "referred_program_id")
    def _check_reward_type(self):
        for program in self:
            for reward in program.referrer_program_id | program.referred_program_id:
                if reward.program_type not in REWARD_TYPES:
                    raise ValidationError(
                        self.env._(
                            "%(program)s can't be given as a reward: choose a coupon, gift card, "
                            "points or e-wallet programme.",
                            program=reward.display_name,
                        )
                    )

    @api.model
    def _get_program(self, company):
        """Return the programme new claims of this company fall under."""
        Program = self.sudo()
        return (
            Program.search([("company_id", "=", company.id)], limit=1)
            or Program.with_context(active_test=False).search(
                [("company_id", "=", company.id)], limit=1
            )
            or self._create_missing(company)
        )

    @api.model
    def _create_missing(self, companies=None):
        """Give companies without any programme the standard one, which rewards nobody."""
        companies = companies or self.env["res.company"].sudo().search([("active", "=", True)])
        have = (
            self.sudo()
            .with_context(active_test=False)
            .search([("company_id", "in", companies.ids)])
            .company_id
        )
        programs = (
            self.sudo()
            .with_context(lang="en_US")
            .create(
                [
                    {"name": "Friends bring friends", "company_id": company.id}
                    for company in companies - have
                ]
            )
        )
        programs._translate_standard_name()
        return self.sudo().browse(programs.ids)

    def _translate_standard_name(self):
        """Name the standard programme in every language that is in use and has no name yet.

        Its companies are made by code, whatever the language of whoever makes them.
        """
        self.flush_recordset(["name"])
        for code, _name in self.env["res.lang"].get_installed():
            env = self.with_context(lang=code).env
            self.env.cr.execute(
                SQL(
                    """
                UPDATE relationship_referral_program SET name = name || jsonb_build_object(%s, %s)
                 WHERE id = ANY(%s) AND NOT name ? %s AND name->>'en_US' = %s
                """,
                    code,
                    env._("Friends bring friends"),
                    self.ids,
                    code,
                    "Friends bring friends",
                )
            )
        self.invalidate_recordset(["name"])

    def _is_sure(self, source):
        """Whether a claim known this way counts without a check."""
        self.ensure_one()
        return source in SURE_SOURCES[self.auto_confirm]

    def _get_cap_period(self, day):
        """Return the key of the period a reward of this day counts in."""
        self.ensure_one()
        if self.cap_period == "month":
            return f"{day:%Y-%m}"
        if self.cap_period == "quarter":
            return f"{day.year}-Q{(day.month + 2) // 3}"
        return f"{day.year}" if self.cap_period == "year" else "ever"

    def action_view_referrals(self):
        """Open the referrals of this programme."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "relationship_insight.relationship_referral_action"
            ),
            "domain": [("program_id", "=", self.id)],
            "context": {"default_program_id": self.id},
        }

    # Where friends come from, in the words of Odoo's marketing: campaign, source and medium.

    @api.model_create_multi
    def create(self, vals_list):
        programs = super().create(vals_list)
        programs._track_shop_url()
        return programs

    def write(self, vals):
        res = super().write(vals)
        if {"shop_url", "utm_campaign_id", "name"} & set(vals):
            self._track_shop_url()
        return res

    def _track_shop_url(self):
        """Have a tracked link to the shop's page; one per page and campaign is Odoo's rule."""
        for program in self:
            tracker_sudo = self.env["link.tracker"].sudo()
            if program.shop_url:
                campaign, source, medium = program._get_utm_sudo()
                tracker_sudo = tracker_sudo.search_or_create(
                    [
                        {
                            "url": program._get_shop_address(),
                            "title": program.name,
                            "campaign_id": campaign.id,
                            "source_id": source.id,
                            "medium_id": medium.id,
                        }
                    ]
                )
            if program.link_tracker_id != tracker_sudo:
                program.link_tracker_id = tracker_sudo

    def _get_shop_address(self):
        """Return the shop's page as a whole address; a path is one of this server."""
        path = self.shop_url.strip()
        return urljoin(self.get_base_url(), path) if path.startswith("/") else path

    def _get_utm_sudo(self):
        """Return campaign, source and medium of friends, in sudo; empty where deleted."""
        self.ensure_one()
        campaign, source, medium = (
            self.env.ref(name, raise_if_not_found=False) or self.env[model]
            for name, model in (
                (CAMPAIGN, "utm.campaign"),
                (SOURCE, "utm.source"),
                (MEDIUM, "utm.medium"),
            )
        )
        return (self.utm_campaign_id or campaign).sudo(), source.sudo(), medium.sudo()

    def _get_utm_cookies(self):
        """Return {name of Odoo's own cookie: value} that say how a friend came, not who it is."""
        self.ensure_one()
        found = {record._name: record.name for record in self._get_utm_sudo() if record}
        Mixin = self.env["utm.mixin"]
        return {
            cookie: found[Mixin._fields[field].comodel_name]
            for _parameter, field, cookie in Mixin.tracking_fields()
            if Mixin._fields[field].type == "many2one"
            and Mixin._fields[field].comodel_name in found
        }
