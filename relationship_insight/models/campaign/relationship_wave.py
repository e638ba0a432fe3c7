from odoo import api, fields, models

WAITING_FOR = [
    ("read", "All customers are being read first; it starts by itself after that"),
    ("nobody", "Nobody buys here who belongs to its audience"),
    ("left_out", "Everybody in its audience is left out: never asked, or not drawn"),
]


class RelationshipWave(models.Model):
    """One round of a campaign, from the draw to what was done with the answers."""

    _name = "relationship.wave"
    _description = "Wave of a Campaign"
    _inherit = "relationship.guarded"
    _order = "campaign_id, number desc"

    campaign_id = fields.Many2one(
        "relationship.campaign", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="campaign_id.company_id", store=True, index=True)
    number = fields.Integer(string="Wave", readonly=True, copy=False)
    date_start = fields.Date(required=True, default=fields.Date.context_today)
    date_end = fields.Date(required=True)
    state = fields.Selection([
        ("draft", "Draft"),
        ("planned", "Planned"),
        ("running", "Running"),
        ("closed", "Closed"),
    ], required=True, default="draft", readonly=True, copy=False)
    waiting_for = fields.Selection(
        WAITING_FOR, string="Why It Doesn't Start", readonly=True, copy=False)
    version_id = fields.Many2one(
        "relationship.instrument.version", string="Questions Asked", readonly=True,
        ondelete="restrict", index=True)
    population_count = fields.Integer(
        string="Customers", readonly=True, copy=False, help="In the audience when it started.")
    holdout_count = fields.Integer(string="Never Asked", readonly=True, copy=False)
    sample_count = fields.Integer(string="Drawn", readonly=True, copy=False)
    outcome = fields.Html(
        string="You Said, We Did", translate=True,
        help="What customers told you, and what you changed because of it.")
    outcome_published = fields.Datetime(string="Published On", readonly=True, copy=False)
    override_reason = fields.Char(
        string="Started Without Telling the Outcome Because", readonly=True, copy=False)
    invitation_ids = fields.One2many("relationship.invitation", "wave_id")

    _number_uniq = models.Constraint(
        "UNIQUE(campaign_id, number)", "This wave exists already.")
    _dates_in_order = models.Constraint(
        "CHECK(date_end >= date_start)", "A wave ends after it starts.")

    @api.depends("campaign_id.name", "number")
    def _compute_display_name(self):
        for wave in self:
            wave.display_name = self.env._(
                "%(campaign)s, wave %(number)s",
                campaign=wave.campaign_id.name or "", number=wave.number)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("number"):
                newest = self.search([("campaign_id", "=", vals.get("campaign_id"))], limit=1)
                vals["number"] = newest.number + 1
        return super().create(vals_list)

    def _get_drawn(self):
        """Return the contacts drawn for these waves, whatever became of it."""
        return self.env["relationship.eligibility"].sudo().search([
            ("wave_id", "in", self.ids), ("date_first", "!=", False)]).partner_id.sorted("id")
