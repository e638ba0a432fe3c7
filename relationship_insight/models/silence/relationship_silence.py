import math

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

LEVELS = [("staff", "Colleague"), ("team", "Team"), ("shop", "Shop")]
PERIODS = [("180", "Half a year"), ("90", "Quarter")]
STATUSES = [
    ("silent", "Sales rose, almost no talk on record"),
    ("logging", "Sales rose, hardly any talk recorded with anybody"),
    ("ok", "Nothing unusual"),
    ("talks", "Sales rose, too few talks usual to judge"),
    ("peers", "Too few others to compare with"),
    ("suppressed", "Too few customers to show"),
]
# Why there is no sales-bond gap yet.
WAITS = [
    ("persons", "Bonds belong to persons"),
    ("customers", "Needs 10 customers"),
    ("orders", "Needs earlier orders"),
    ("bonds", "Needs bonds from the start of this time"),
    ("others", "Needs three to compare"),
]


class RelationshipSilence(models.Model):
    """Sales next to conversations, of a colleague, a team or a shop. Written by the refresh.

    Units with too few customers are stored without figures, so that no list, group or export
    can give them away.
    """

    _name = "relationship.silence"
    _description = "Sales and Conversations"
    _order = "level, period desc, p_value, id"
    _rec_name = "name"

    name = fields.Char(readonly=True, required=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    level = fields.Selection(LEVELS, string="Who", required=True, readonly=True)
    period = fields.Selection(PERIODS, required=True, readonly=True)
    date = fields.Date(string="As Of", required=True, readonly=True)
    date_from = fields.Date(string="Evidence Since", required=True, readonly=True)
    staff_id = fields.Many2one(
        "res.partner", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    team_id = fields.Many2one(
        "crm.team", string="Sales Team", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    status = fields.Selection(STATUSES, string="What It Says", required=True, readonly=True)
    customer_count = fields.Integer(string="Customers", readonly=True)
    orders_before = fields.Integer(
        readonly=True,
        help="Of the customers who bought already then: the same season last year, or the "
        "period before.",
    )
    orders_now = fields.Integer(readonly=True, help="Of the same customers.")
    sales_before = fields.Monetary(readonly=True)
    sales_now = fields.Monetary(readonly=True)
    growth = fields.Float(
        string="Growth of Orders", readonly=True, aggregator=None, help="0.2: a fifth more."
    )
    growth_p = fields.Float(
        string="Such Growth by Chance",
        readonly=True,
        aggregator=None,
        help="How often orders would rise this much though nothing changed. A small share: it is "
        "hardly chance.",
    )
    talk_count = fields.Integer(string="Talks with Buyers", readonly=True)
    expected_talks = fields.Float(
        string="Talks Expected",
        readonly=True,
        aggregator=None,
        help="What the middle colleague in the same place would have with these orders.",
    )
    deficit_p = fields.Float(string="So Few Talks by Chance", readonly=True, aggregator=None)
    p_value = fields.Float(
        string="Both by Chance",
        readonly=True,
        aggregator=None,
        help="Adjusted for how many were looked at.",
    )
    listening = fields.Float(
        string="Listening Share",
        readonly=True,
        aggregator=None,
        help="Talks to listen or care, among those to listen, care or sell.",
    )
    never_count = fields.Integer(
        string="Nobody Talked With",
        readonly=True,
        help="Buyers with no call, visit or counter talk on record in this time, with anybody.",
    )
    feeling = fields.Float(
        string="Feelings of Their Customers",
        readonly=True,
        aggregator=None,
        help="Net feeling balance, 0 to 100; hidden where too few told us.",
    )
    bond_change = fields.Float(
        string="Change of Bonds",
        readonly=True,
        aggregator=None,
        help="The middle change of the bonds, in points.",
    )
    gap = fields.Float(
        string="Sales-Bond Gap",
        readonly=True,
        aggregator=None,
        help="Growth less change of bonds, both in steps that are usual between "
        "colleagues. 1 or more is worth a question.",
    )
    gap_wait = fields.Selection(WAITS, string="The Gap Waits For", readonly=True)
    judged_count = fields.Integer(
        string="Customers Judged One by One",
        readonly=True,
        help="Those with enough talks usual among colleagues. Of the others nobody can say "
        "whether too little was talked with them.",
    )
    usual_talks = fields.Float(
        string="Usual Talks per Customer",
        readonly=True,
        aggregator=None,
        help="By what colleagues have per order.",
    )
    needed_talks = fields.Float(
        string="Talks Needed to Judge a Customer", readonly=True, aggregator=None
    )
    window = fields.Char(compute="_compute_window", string="Evidence")

    _unit_idx = models.Index("(company_id, level, period)")

    @api.depends("date", "date_from")
    @api.depends_context("lang")
    def _compute_window(self):
        for unit in self:
            unit.window = self.env._(
                "Calls, visits and counter talks recorded from %(start)s to %(end)s",
                start=format_date(self.env, unit.date_from),
                end=format_date(self.env, unit.date),
            )

    def action_open_pairs(self):
        """Open the customers to ask about."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "relationship_insight.relationship_silent_pair_action"
        )
        domain = [("company_id", "=", self.company_id.id)]
        if self.level == "staff":
            domain.append(("staff_id", "=", self.staff_id.id))
        elif self.level == "team":
            domain.append(("team_id", "=", self.team_id.id))
        return {**action, "domain": domain, "context": {}}

    # The picture: sales against talks, of those the user may see.

    @api.model
    def _was_refreshed(self):
        """Whether the job that fills the board ever ran."""
        cron = self.env.ref(
            "relationship_insight.ir_cron_relationship_silence", raise_if_not_found=False
        )
        return not cron or bool(cron.sudo().lastcall)

    @api.model
    @api.readonly
    def get_silence_board(self, level="staff", period="180"):
        """Return the units of one level as points, as the current user may see them.

        :return: dict with ``units``, ``hidden`` (how many have too few customers), ``floor``,
            ``window``, ``asof``, ``pairs`` (customers to ask about), ``customers`` (whether they
            can be judged one by one), ``being_read`` (nothing was held against anything as yet),
            ``can_refresh``
        :raise UserError: on a level or period that does not exist
        """
        if level not in dict(LEVELS) or period not in dict(PERIODS):
            raise UserError(self.env._("This filter doesn't exist."))
        domain = [
            ("level", "=", level),
            ("period", "=", period),
            ("company_id", "in", self.env.companies.ids),
        ]
        units = self.search(domain)
        shown = units.filtered(lambda unit: unit.status != "suppressed")
        statuses = dict(self._fields["status"]._description_selection(self.env))
        waits = dict(self._fields["gap_wait"]._description_selection(self.env))
        return {
            "units": [
                {
                    "id": unit.id,
                    "name": unit.name,
                    "status": unit.status,
                    "status_name": statuses[unit.status],
                    "customers": unit.customer_count,
                    "growth": unit.growth if unit.orders_before else None,
                    "orders_before": unit.orders_before,
                    "orders_now": unit.orders_now,
                    "talks": unit.talk_count,
                    "expected": unit.expected_talks,
                    "listening": unit.listening,
                    "never": unit.never_count,
                    "feeling": unit.feeling or None,
                    "bond_change": unit.bond_change,
                    "gap": None if unit.gap_wait else unit.gap,
                    "gap_wait": waits.get(unit.gap_wait, ""),
                }
                for unit in shown
            ],
            "hidden": len(units) - len(shown),
            "floor": self.env.companies._relationship_floor(),
            "window": units[:1].window or "",
            "pairs": self.env["relationship.silent.pair"].search_count(
                [
                    ("period", "=", period),
                    ("status", "=", "silent"),
                    ("company_id", "in", self.env.companies.ids),
                ]
            ),
            "customers": shown._get_customers_judged(),
            "being_read": not units
            and (self.env.companies._relationship_being_read() or not self._was_refreshed()),
            "can_refresh": self.env.user.has_group(
                "relationship_insight.group_relationship_manager"
            ),
        }

    def _get_customers_judged(self):
        """Return how many customers could be judged one by one, and the talks usual and needed.

        None where that isn't done: for teams and shops, and without anybody to compare with.
        """
        units = self.filtered(lambda unit: unit.level == "staff" and unit.needed_talks)
        buyers = sum(units.mapped("customer_count"))
        if not buyers:
            return None
        usual = sum(unit.usual_talks * unit.customer_count for unit in units) / buyers
        return {
            "judged": sum(units.mapped("judged_count")),
            "usual": round(usual, 1),
            "needed": math.ceil(min(units.mapped("needed_talks"))),
        }
