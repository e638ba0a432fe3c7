from odoo import api, models


class RelationshipReading(models.Model):
    """Stores that come to mind: names nobody has listed queue up, and are coded once they are."""

    _inherit = "relationship.reading"

    @api.model_create_multi
    def create(self, vals_list):
        readings = super().create(vals_list)
        if any(vals.get("text") for vals in vals_list):
            self.env["relationship.mention"]._queue(readings.sudo())
        return readings

    def _void(self, reason, replacement=None):
        result = super()._void(reason, replacement)
        self.env["relationship.mention"].sudo().search([("reading_id", "in", self.ids)]).unlink()
        return result

    def _recode_mentions(self):
        """Rank the stores in these answers anew: add what is missing, correct what changed.

        Ranks that stay are left alone; a rank that changes is voided and replaced.
        """
        Competitor = self.env["relationship.competitor"]
        told = self.sudo().filtered(lambda r: r.text and not r.voided and not r.competitor_id)
        siblings = told._get_mention_siblings()
        fresh, replaced = [], []
        for reading in told:
            ranks = Competitor._rank_mentions(reading.text, reading.company_id)
            us = ranks.pop(Competitor.browse(), None)
            base = reading._prepare_recoded()
            if (us or 0) != reading.value or reading.na == bool(us):
                replaced.append((reading, {**base, "text": reading.text, "value": us or 0,
                                           "na": not us}))
            held = {r.competitor_id.id: r for r in siblings.get(reading.id, self.browse())}
            for competitor, rank in ranks.items():
                old = held.get(competitor.id)
                vals = {**base, "competitor_id": competitor.id, "value": rank}
                if old is None:
                    fresh.append(vals)
                elif old.value != rank:
                    replaced.append((old, vals))
        created = self.sudo().create([*fresh, *(vals for _old, vals in replaced)])
        for (old, _vals), new in zip(replaced, created[len(fresh):], strict=True):
            old._void(self.env._("Stores named in it are known now"), new)

    def _prepare_recoded(self):
        """Return what a reading made from the same answer has in common with this one."""
        self.ensure_one()
        return {
            "measure_id": self.measure_id.id,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "date": self.date,
            "channel": self.channel,
            "origin": self.origin,
            "lang": self.lang,
            "invitation_id": self.invitation_id.id,
            "user_input_id": self.user_input_id.id,
            "order_model": self.order_model,
            "order_id": self.order_id,
            "na": False,
        }

    def _get_mention_siblings(self):
        """Return {id: readings about competitors from the same answer} of these readings."""
        found = {}
        for name in ("invitation_id", "user_input_id"):
            ours = {reading[name].id: reading for reading in self if reading[name]}
            others = self.search([
                (name, "in", list(ours)), ("competitor_id", "!=", False), ("voided", "=", False),
                ("measure_id", "in", self.measure_id.ids)]) if ours else self.browse()
            for other in others:
                mine = ours[other[name].id]
                if other.measure_id == mine.measure_id:
                    found[mine.id] = found.get(mine.id, self.browse()) | other
        return found
