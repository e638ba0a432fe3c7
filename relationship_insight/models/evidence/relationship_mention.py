from odoo import api, fields, models
from odoo.exceptions import UserError

from ...stats.mentions import fold, split_mentions
from ..catalogue.relationship_competitor import MOST_RANKS

NAME_LENGTH = 80


class RelationshipMention(models.Model):
    """A store somebody named that nobody has listed: it waits until a human says who it is."""

    _name = "relationship.mention"
    _description = "Unknown Store"
    _inherit = "relationship.guarded"
    _order = "key, id desc"

    name = fields.Char(string="As Written", required=True, readonly=True)
    key = fields.Char(string="Store", required=True, readonly=True, index=True)
    reading_id = fields.Many2one(
        "relationship.reading",
        string="Answer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    date = fields.Datetime(related="reading_id.date")
    text = fields.Text(string="All They Named", related="reading_id.text")
    ignored = fields.Boolean(string="No Store", readonly=True)

    _once = models.Constraint("UNIQUE(reading_id, key)", "This name is in the queue already.")

    @api.model
    def _queue(self, readings):
        """Put the names in these answers that mean nobody known into the queue.

        :param readings: answers to what comes to mind, in sudo; others are left out
        """
        told = readings.filtered(
            lambda r: r.text and not r.competitor_id and r.measure_id.kind == "awareness"
        )
        vals_list = []
        for company in told.company_id:
            aliases = self.env["relationship.competitor"]._get_aliases(company)
            for reading in told.filtered(lambda r, c=company: r.company_id == c):
                names = {fold(name): name for name in split_mentions(reading.text)[:MOST_RANKS]}
                vals_list += [
                    {
                        "name": name[:NAME_LENGTH],
                        "key": key[:NAME_LENGTH],
                        "reading_id": reading.id,
                        "company_id": company.id,
                    }
                    for key, name in names.items()
                    if aliases.find(name) is None
                ]
        return self.sudo().create(vals_list)

    def _same_names(self):
        """Return all waiting mentions of the same names in the same companies."""
        same = self.browse()
        for company in self.company_id:
            keys = self.filtered(lambda m, c=company: m.company_id == c).mapped("key")
            same |= self.search([("key", "in", keys), ("company_id", "=", company.id)])
        return same

    def action_match(self):
        """Ask which competitor is meant."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who Is It?"),
            "res_model": "relationship.mention.match",
            "view_mode": "form",
            "target": "new",
            "context": {"default_mention_ids": self.ids},
        }

    def action_new_competitor(self):
        """List each of these names as a competitor of its own, and count past answers."""
        self.check_access("write")
        for company in self.company_id:
            ours = self.filtered(lambda m, c=company: m.company_id == c)
            names = {mention.key: mention.name for mention in ours}
            known = self.env["relationship.competitor"].search(
                [("name", "in", list(names.values())), ("company_id", "in", [company.id, False])]
            )
            self.env["relationship.competitor"].create(
                [
                    {"name": name, "company_id": company.id}
                    for name in names.values()
                    if name not in known.mapped("name")
                ]
            )
        return self._recode()

    def action_ours(self):
        """These names mean our own store."""
        self.check_access("write")
        for company in self.company_id.sudo():
            names = {m.name for m in self if m.company_id == company}
            company.relationship_store_names = ", ".join(
                [*filter(None, [company.relationship_store_names]), *sorted(names)]
            )
        return self._recode()

    def action_ignore(self):
        """These words name no store; they keep their rank but aren't asked about again."""
        self.check_access("write")
        self._same_names().sudo().write({"ignored": True})
        return True

    def _match(self, competitor):
        """These names mean this competitor from now on, and in past answers."""
        self.check_access("write")
        competitor.check_access("write")
        wrong = self.filtered(
            lambda m: competitor.company_id and m.company_id != competitor.company_id
        )
        if wrong:
            raise UserError(
                self.env._(
                    "%(competitor)s belongs to another company than some of these answers.",
                    competitor=competitor.name,
                )
            )
        aliases = [*filter(None, [competitor.aliases]), *sorted({m.name for m in self})]
        competitor.aliases = ", ".join(aliases)
        return self._recode()

    def _recode(self):
        """Code the answers with these names anew, now that they are known."""
        same = self._same_names().sudo()
        readings = same.reading_id
        readings._recode_mentions()
        same = same.exists()  # a rank that changed took its mentions along
        for company in same.company_id:
            aliases = self.env["relationship.competitor"]._get_aliases(company)
            same.filtered(
                lambda m, c=company, a=aliases: m.company_id == c and a.find(m.name) is not None
            ).unlink()
        return True
