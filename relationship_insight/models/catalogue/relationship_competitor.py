from odoo import fields, models


class RelationshipCompetitor(models.Model):
    _name = "relationship.competitor"
    _description = "Competitor"
    _inherit = "relationship.guarded"
    _order = "name"
    _rec_names_search = ["name", "aliases"]

    name = fields.Char(required=True)
    aliases = fields.Char(
        help="Other names customers use for this store, separated by commas.")
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True)
    active = fields.Boolean(default=True)
    website = fields.Char()
    note = fields.Text(string="What We Know")

    _name_company_uniq = models.Constraint(
        "UNIQUE(name, company_id)", "This competitor is listed already.")
