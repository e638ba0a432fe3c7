from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date, formatLang

from ..evidence.relationship_purchase import Scope


class RelationshipBrief(models.AbstractModel):
    """The part of the brief that rests on figures: purchases, feelings, what to ask."""

    _inherit = "relationship.brief"

    @api.model
    def _get_purchases(self, customer, profile):
        lines = []
        if profile.purchase_days:
            lines.append(self._line(profile, self.env._(
                "Bought on %(days)s days; %(spend)s in 12 months.", days=profile.purchase_days,
                spend=formatLang(self.env, profile.spend_12m, currency_obj=profile.currency_id)),
                self.env._("Late") if profile.overdue_ratio > 2 else "", profile.last_purchase))
        for model, order_id, moment, reference, amount in self._fetch_last_orders(customer):
            order = self.env[model].browse(order_id)
            if order.has_access("read"):
                lines.append(self._line(order, self.env._(
                    "%(order)s: %(amount)s", order=reference,
                    amount=formatLang(
                        self.env, amount, currency_obj=self.env.company.currency_id)),
                    "", self._local_day(moment)))
        return self._section(
            "purchases", "fa-shopping-bag", self.env._("Purchases"), lines,
            self.env._("None that you may see."))

    @api.model
    def _fetch_last_orders(self, customer):
        """Return the last three orders of one customer, read one by one from the indexes."""
        people = SQL(
            "SELECT id FROM res_partner WHERE commercial_partner_id = %s", customer.id)
        self.env.flush_all()
        return self.env.execute_query(SQL(
            """
            SELECT order_model, order_id, date, reference, amount FROM (%s) source
             WHERE NOT is_refund ORDER BY date DESC, id DESC LIMIT 3
            """,
            self.env["relationship.purchase"]._purchase_union(
                Scope(partners=people, company_id=self.env.company.id))))

    @api.model
    def _get_feelings(self, customer, profile):
        readings = self.env["relationship.reading"].search(
            self._of(customer) & Domain("measure_id.parent_id.code", "=", "M02")
            & Domain("voided", "=", False),
            limit=3)
        lines = [self._line(
            reading,
            " ".join(filter(None, (reading.measure_id.emoji, reading.measure_id.name))), "",
            self._local_day(reading.date),
            {1: "success", -1: "danger"}.get(reading.valence, "")) for reading in readings]
        if profile.event_positive or profile.event_negative:
            lines.insert(0, self._line(profile, self.env._(
                "Good moments noted in 12 months: %(good)s, bad ones: %(bad)s",
                good=profile.event_positive, bad=profile.event_negative)))
        return self._section(
            "feelings", "fa-heart-o", self.env._("Feelings"), lines,
            self.env._("Nobody asked, or nothing you may see."))

    @api.model
    def _get_question(self, profile, preferences):
        """Return the one question to ask: what is open in the picture, else what got old."""
        measures = profile and self.env["relationship.profile"]._fetch_card_measures(
            profile, self.env["relationship.reading"])
        asked = profile._get_card_question(measures) if profile else {"key": "nothing"}
        if asked["key"] not in ("nothing", "talk") and asked.get("question"):
            return {"text": asked["question"], "why": asked["text"],
                    "model": profile._name, "id": profile.id}
        for preference in preferences.filtered(lambda p: p.status == "ask")[:1]:
            return {
                "text": self.env._("Is this still so: %(what)s?", what=preference.display_name),
                "why": self.env._("It was last heard on %(day)s.", day=format_date(
                    self.env, preference.last_confirmed or preference.first_seen)),
                "model": preference._name, "id": preference.id}
        return {
            "text": self.env._("What could we do better for you?"),
            "why": self.env._("Nothing is open, so listen."), "model": False, "id": False}
