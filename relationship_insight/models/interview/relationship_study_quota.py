from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..insight.relationship_profile import LOYALTY_CLASSES

CHANGES = [
    ("better", "Feels better than before"),
    ("same", "Feels as before"),
    ("worse", "Feels worse than before"),
    ("unknown", "Nobody knows"),
]
TENURES = [
    ("new", "Less than a year"),
    ("known", "1 to 3 years"),
    ("old", "More than 3 years"),
]
SALES_TEAM = "crm.team"


class RelationshipStudyQuota(models.Model):
    """So many customers of one kind. What is left empty doesn't matter; spend never does."""

    _name = "relationship.study.quota"
    _description = "Group of Customers to Talk With"
    _inherit = "relationship.guarded"
    _order = "sequence, id"

    study_id = fields.Many2one("relationship.study", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="study_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    loyalty_class = fields.Selection(LOYALTY_CLASSES, string="Class")
    change = fields.Selection(
        CHANGES,
        string="Change of Feelings",
        help="How they feel about us now, beside three months ago or longer.",
    )
    tenure = fields.Selection(TENURES, string="Customer For")
    shop = fields.Selection(selection="_get_shops", help="Where they bought within a year.")
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(), string="Language"
    )
    wanted = fields.Integer(required=True, default=4)
    matching_count = fields.Integer(
        string="Customers of This Kind", readonly=True, copy=False, aggregator=None
    )
    reachable_count = fields.Integer(
        string="May Be Asked", readonly=True, copy=False, aggregator=None
    )
    interviewee_ids = fields.One2many("relationship.interviewee", "quota_id", string="Customers")
    held_count = fields.Integer(string="Talked With", compute="_compute_counts")
    open_count = fields.Integer(string="Under Way", compute="_compute_counts")

    @api.depends("interviewee_ids.state")
    def _compute_counts(self):
        counts = {
            (quota, state): count
            for quota, state, count in self.env["relationship.interviewee"]._read_group(
                [("quota_id", "in", self.ids)], ["quota_id", "state"], ["__count"]
            )
        }
        for quota in self:
            quota.held_count = counts.get((quota, "held"), 0)
            quota.open_count = sum(
                counts.get((quota, state), 0) for state in ("drawn", "invited", "booked")
            )

    @api.depends("loyalty_class", "change", "tenure", "shop", "lang")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("loyalty_class", "change", "tenure", "shop", "lang")
        }
        for quota in self:
            words = [known[quota[name]] for name, known in labels.items() if quota[name] in known]
            quota.display_name = ", ".join(words) or self.env._("Everybody")

    @api.constrains("wanted")
    def _check_wanted(self):
        if any(not 1 <= quota.wanted <= 500 for quota in self):
            raise ValidationError(self.env._("Talk with between 1 and 500 customers of a group."))

    # Shops: of sales here, of tills where these are known.

    @api.model
    def _get_shops(self):
        """Return the choices: (model and id, name). Extended by pos."""
        teams = (
            self.env[SALES_TEAM]
            .sudo()
            .search([("company_id", "in", [*self.env.companies.ids, False])])
        )
        return [(f"{SALES_TEAM},{team.id}", team.name) for team in teams]

    def _sql_shop(self, customer, since):
        """SQL that tells whether a customer (SQL) bought in the group's shop. Extended by pos."""
        self.ensure_one()
        model, _comma, record_id = (self.shop or "").partition(",")
        if model != SALES_TEAM:
            return SQL("FALSE")
        return SQL(
            """
            EXISTS (SELECT 1 FROM sale_order bought
                      JOIN res_partner buyer ON buyer.id = bought.partner_id
                     WHERE buyer.commercial_partner_id = %s AND bought.state = 'sale'
                       AND bought.company_id = %s AND bought.date_order >= %s
                       AND bought.team_id = %s)
            """,
            customer,
            self.company_id.id,
            since,
            int(record_id),
        )
