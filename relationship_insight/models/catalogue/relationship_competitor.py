from odoo import api, fields, models

from ...stats.mentions import fold, match_name, split_mentions

MOST_RANKS = 10


class Aliases(dict):
    """{folded name: competitor, empty for us}."""

    def find(self, name):
        """Return whom a name means, None for a store nobody has listed."""
        return match_name(name, self)


class RelationshipCompetitor(models.Model):
    _name = "relationship.competitor"
    _description = "Competitor"
    _inherit = "relationship.guarded"
    _order = "name"
    _rec_names_search = ["name", "aliases"]

    name = fields.Char(required=True)
    aliases = fields.Char(help="Other names customers use for this store, separated by commas.")
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, index=True)
    active = fields.Boolean(default=True)
    website = fields.Char()
    note = fields.Text(string="What We Know")

    _name_company_uniq = models.Constraint(
        "UNIQUE(name, company_id)", "This competitor is listed already."
    )

    @api.model
    def _rank_mentions(self, text, company):
        """Return {competitor, empty for us: rank from 1} of the stores named in a text.

        Stores nobody has listed take up a rank but aren't returned.

        :param company: the company we are, with the names customers use for it
        """
        aliases = self._get_aliases(company)
        ranks = {}
        for rank, name in enumerate(split_mentions(text)[:MOST_RANKS], start=1):
            whom = aliases.find(name)
            if whom is not None:
                ranks.setdefault(whom, rank)
        return ranks

    @api.model
    def _get_aliases(self, company):
        """Return the names of the stores a company knows, itself included."""
        competitors = self.sudo().search([("company_id", "in", [company.id, False])])
        known = {
            fold(name): competitor
            for competitor in competitors
            for name in (competitor.name, *(competitor.aliases or "").split(","))
            if fold(name)
        }
        ours = (
            company.name,
            company.partner_id.name,
            *(company.relationship_store_names or "").split(","),
        )
        known.update({fold(name): self.browse() for name in ours if name and fold(name)})
        return Aliases(known)
