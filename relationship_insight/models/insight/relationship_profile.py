from odoo import api, fields, models
from odoo.fields import Domain

from .relationship_bond import WORD_GROUP

LOYALTY_CLASSES = [
    ("true", "Buys often, feels attached"),
    ("latent", "Feels attached, buys rarely"),
    ("spurious", "Buys often, not attached"),
    ("low", "Buys rarely, not attached"),
    ("unknown", "Not yet known"),
]
CLASS_HELP = (
    "What scholars (Dick and Basu) call loyalty, latent loyalty (attached, buys rarely), "
    "spurious loyalty (buys often, not attached) and no loyalty."
)
CLASS_CHANCES = {key: f"Chance: {name}" for key, name in LOYALTY_CLASSES}
UNKNOWN_REASONS = [
    ("no_attitude", "Nobody asked how they feel yet"),
    ("stale", "What they told us is too old"),
    ("no_behaviour", "Too new to say how often they buy"),
    ("ambiguous", "The evidence points both ways"),
    ("opted_out", "They asked not to be surveyed"),
]
# Of a normal distribution 95% lie within so many standard errors.
Z_95 = 1.96


class KnownFloat(fields.Float):
    """A figure that some customers have none of: read, exported or searched, that is no 0."""

    falsy_value = None

    def convert_to_read(self, value, record, use_display_name=True):
        return value or False

    def convert_to_export(self, value, record):
        return value or ""


class RelationshipProfile(models.Model):
    """One customer in one company, as far as the evidence tells. Written only by the refresh."""

    _name = "relationship.profile"
    _inherit = "relationship.customer.link"
    _description = "Customer Insight"
    _order = "spend_12m desc, id"
    _rec_name = "commercial_partner_id"
    _rec_names_search = ["commercial_partner_id"]
    _tells_of = {"commercial_partner_id": "customer"}

    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(related="commercial_partner_id.user_id", string="Salesperson")
    bond_ids = fields.One2many("relationship.bond", "profile_id", string="Bonds", readonly=True)
    date = fields.Date(string="As Of", readonly=True)
    # Class
    loyalty_class = fields.Selection(
        LOYALTY_CLASSES, string="Class", readonly=True, default="unknown", help=CLASS_HELP
    )
    unknown_reason = fields.Selection(UNKNOWN_REASONS, string="Why Unknown", readonly=True)
    confidence = fields.Selection(
        [("high", "High"), ("medium", "Medium"), ("low", "Low")], readonly=True
    )
    previous_class = fields.Selection(LOYALTY_CLASSES, string="Class Before", readonly=True)
    class_date = fields.Date(string="In This Class Since", readonly=True)
    class_pending = fields.Integer(
        string="Reviews Pointing Elsewhere",
        readonly=True,
        help="Monthly reviews in a row that pointed to another class.",
    )
    class_review_date = fields.Date(readonly=True)
    p_true = fields.Float(string=CLASS_CHANCES["true"], readonly=True, aggregator="avg")
    p_latent = fields.Float(string=CLASS_CHANCES["latent"], readonly=True, aggregator="avg")
    p_spurious = fields.Float(string=CLASS_CHANCES["spurious"], readonly=True, aggregator="avg")
    p_low = fields.Float(string=CLASS_CHANCES["low"], readonly=True, aggregator="avg")
    # Behaviour
    purchase_days = fields.Integer(
        readonly=True, aggregator="avg", help="Days on which they bought something they kept."
    )
    first_purchase = fields.Date(readonly=True)
    last_purchase = fields.Date(readonly=True)
    tenure_days = fields.Integer(readonly=True, aggregator="avg")
    recency_days = fields.Integer(
        string="Days Since Last Purchase", readonly=True, aggregator="avg"
    )
    spend_total = fields.Monetary(string="Spend, All Time", readonly=True)
    spend_12m = fields.Monetary(string="Spend, 12 Months", readonly=True)
    spend_per_day = fields.Monetary(
        string="Spend per Purchase Day", readonly=True, aggregator="avg"
    )
    x_weighted = fields.Float(readonly=True, aggregator=None)
    t_weighted = fields.Float(readonly=True, aggregator=None)
    rate = fields.Float(
        string="Purchases per Day",
        readonly=True,
        aggregator="avg",
        help="Discounted purchase rate: recent purchases weigh more.",
    )
    rate_year = fields.Float(string="Purchases per Year", readonly=True, aggregator="avg")
    behaviour_pct = fields.Float(string="Buys More Often Than", readonly=True, aggregator="avg")
    p_behaviour = fields.Float(string="Chance That They Buy Often", readonly=True, aggregator="avg")
    p_alive = KnownFloat(
        string="Not Left Yet, by the Model",
        readonly=True,
        aggregator="avg",
        help="From the rhythm of their own repeat purchases. It says that they have not left for "
        "good, not that they will buy soon. Of who bought once it can say nothing: there it stays "
        "empty, and no average counts them, until this company's own such customers tell.",
    )
    expected_90d = fields.Float(
        string="Expected Purchases, 90 Days", readonly=True, aggregator="sum"
    )
    gap_mean = fields.Float(string="Mean Gap (days)", readonly=True, aggregator="avg")
    gap_median = fields.Float(string="Usual Gap (days)", readonly=True, aggregator="avg")
    gap_cv = fields.Float(
        string="Irregularity",
        readonly=True,
        aggregator="avg",
        help="How much the gaps between purchases differ, compared with the mean gap; "
        "from 3 gaps on.",
    )
    overdue_ratio = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Days since the last purchase over the usual gap: above 2 they are late.",
    )
    clumpiness = fields.Float(readonly=True, aggregator="avg")
    rfm_recency = fields.Integer(string="R", readonly=True, aggregator="avg")
    rfm_frequency = fields.Integer(string="F", readonly=True, aggregator="avg")
    rfm_monetary = fields.Integer(string="M", readonly=True, aggregator="avg")
    promo_share = fields.Float(
        string="Bought on Discount",
        readonly=True,
        aggregator="avg",
        help="Discounts over list-price spend, 0 to 1.",
    )
    # Attitude and feelings
    attitude = fields.Float(
        readonly=True,
        aggregator="avg",
        help="How they feel about us next to other stores, 0 to 100; "
        "thin evidence is pulled to the average.",
    )
    attitude_se = fields.Float(string="Attitude, Standard Error", readonly=True, aggregator=None)
    attitude_margin = fields.Float(
        string="Attitude ± (95%)",
        compute="_compute_attitude_margin",
        help="The interval that holds the true attitude in 95 of 100 cases goes so far to each "
        "side.",
    )
    attitude_mass = fields.Float(string="Attitude Evidence", readonly=True, aggregator="avg")
    attitude_told = fields.Float(
        string="Attitude as Told",
        readonly=True,
        aggregator="avg",
        help="The mean of their own answers, newer ones counting more, not pulled to any average.",
    )
    attitude_worth = fields.Float(
        string="Equal Answers",
        readonly=True,
        aggregator=None,
        help="So many answers of equal age would tell as much.",
    )
    attitude_count = fields.Integer(string="Attitude Answers", readonly=True)
    attitude_basis = fields.Selection(
        [
            ("relative", "Compared with other stores"),
            ("absolute", "About us only"),
            ("mixed", "Partly compared with other stores"),
        ],
        readonly=True,
        help="Answers that compare us with other stores count on the scale of those about us only, "
        "so one threshold holds for both.",
    )
    attitude_date = fields.Date(string="Last Told Us", readonly=True)
    p_attitude = fields.Float(
        string="Chance That They Are Attached", readonly=True, aggregator="avg"
    )
    feeling_balance = fields.Float(string="Net Feeling Balance", readonly=True, aggregator="avg")
    feeling_positive = fields.Float(string="Good Feelings", readonly=True, aggregator="avg")
    feeling_negative = fields.Float(string="Bad Feelings", readonly=True, aggregator="avg")
    event_positive = fields.Integer(string="Good Moments, 12 Months", readonly=True)
    event_negative = fields.Integer(string="Bad Moments, 12 Months", readonly=True)
    pride = fields.Float(readonly=True, aggregator="avg")
    recommend = fields.Float(readonly=True, aggregator="avg")
    quality = fields.Float(string="Relationship Quality", readonly=True, aggregator="avg")
    stay_strength = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Would they stay if an equally good store opened next door? 0 to 100.",
    )
    # Why they buy
    motive_id = fields.Many2one(
        "relationship.measure", string="Main Motive", readonly=True, ondelete="set null"
    )
    motives = fields.Json(readonly=True, help="Share of each motive, by measure id.")
    motive_count = fields.Integer(string="Motive Answers", readonly=True)
    relational_share = fields.Float(
        string="Comes for the Relationship", readonly=True, aggregator="avg"
    )
    situational_share = fields.Float(
        string="Comes for the Situation", readonly=True, aggregator="avg"
    )
    merit_share = fields.Float(string="Comes for the Goods", readonly=True, aggregator="avg")
    # Bond
    bond = fields.Float(
        string="Bond, All Colleagues",
        readonly=True,
        aggregator="avg",
        groups=WORD_GROUP,
        help="How close the customer and all our people together are, 0 to 100. What holds one "
        "colleague alone stands under Bonds.",
    )
    bond_staff_id = fields.Many2one(
        "res.partner",
        string="Closest Staff",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        groups=WORD_GROUP,
    )
    talk_count = fields.Integer(string="Conversations, 12 Months", readonly=True)
    last_talk = fields.Datetime(readonly=True)
    bond_count = fields.Integer(
        string="Warm Bonds",
        readonly=True,
        aggregator="avg",
        groups=WORD_GROUP,
        help="How many colleagues have a bond of 40 or more with them.",
    )
    key_staff_id = fields.Many2one(
        "res.partner",
        string="Only Warm Bond",
        readonly=True,
        ondelete="set null",
        groups=WORD_GROUP,
        help="The one colleague who holds this customer, if it is only one.",
    )
    contact_hhi = fields.Float(
        string="Concentration of Talks",
        readonly=True,
        aggregator="avg",
        help="1: one colleague has all the talks; lower: they are shared.",
    )
    key_risk = fields.Float(
        string="Key-person Risk",
        readonly=True,
        aggregator="avg",
        groups=WORD_GROUP,
        help="How much of the bond hangs on the closest colleague, 0 to 1.",
    )
    # What to do
    reading_count = fields.Integer(string="Answers and Feelings", readonly=True)
    last_reading = fields.Datetime(string="Last Answer or Feeling", readonly=True)
    ask_next = fields.Selection(
        [
            ("attitude", "Ask how they feel about us and the other stores they use"),
            ("motive", "Ask why they come to us"),
            ("pride", "Ask whether they tell others about us"),
            ("talk", "Have a real talk: none is on record"),
            ("refresh", "Ask again: what we know is getting old"),
            ("nothing", "Nothing to ask now"),
        ],
        readonly=True,
    )
    score_version = fields.Integer(string="Formula Version", readonly=True)
    is_own = fields.Boolean(
        string="Own Customer",
        compute="_compute_is_own",
        search="_search_is_own",
        help="You are their salesperson, or nobody is, or you have a bond with them.",
    )

    _customer_uniq = models.Constraint(
        "UNIQUE(commercial_partner_id, company_id)", "One insight per customer and company."
    )
    # The customers list opens in this order: the first page is read from the index.
    _spend_idx = models.Index("(company_id, spend_12m DESC, id)")
    _key_staff_idx = models.Index(
        "(company_id, key_staff_id, spend_12m DESC) WHERE key_staff_id IS NOT NULL"
    )

    def init(self):
        # Most rows change every night, in columns without an index: with room on the page
        # PostgreSQL replaces them in place.
        self.env.cr.execute("ALTER TABLE relationship_profile SET (fillfactor = 50)")

    @api.depends("attitude_se")
    def _compute_attitude_margin(self):
        for profile in self:
            profile.attitude_margin = Z_95 * profile.attitude_se

    @api.depends("commercial_partner_id")
    def _compute_display_name(self):
        for profile in self:
            profile.display_name = profile.commercial_partner_id.display_name

    @api.model
    def _companies(self):
        """The companies that are in use, whoever asks."""
        return self.env["res.company"].sudo().search([("active", "=", True)], order="id")

    # ------------------------------------------------------------
    # Whose customer it is
    # ------------------------------------------------------------

    # For the record rule of staff. A field of its own, because a rule through bond_ids would leave
    # every bond in the cache, those the user may not see included.

    @api.depends("commercial_partner_id.user_id", "bond_ids.staff_id")
    @api.depends_context("uid")
    def _compute_is_own(self):
        own = self.sudo().search([("id", "in", self.ids), ("is_own", "=", True)])
        for profile in self:
            profile.is_own = profile.sudo() in own

    @api.model
    def _search_is_own(self, operator, value):
        if operator != "in":
            return NotImplemented
        bonds = self.env["relationship.bond"]._search_own([("profile_id", "!=", False)])
        return Domain("commercial_partner_id.user_id", "in", [self.env.uid, False]) | Domain(
            "id", "in", bonds.subselect("profile_id")
        )
