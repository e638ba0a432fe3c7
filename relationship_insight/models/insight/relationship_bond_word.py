from odoo import api, models
from odoo.tools import SQL

from ...stats.suppression import in_steps
from .relationship_bond import WORD_GROUP
from .relationship_profile_voice import DIRECT_ORIGINS

# A score of a colleague is shown over at least so many customers, and rounded to such steps.
SCORECARD = 10
ROUNDED = 5


class RelationshipBond(models.Model):
    """What customers say of a colleague, as that colleague may know it: over many at once.

    For one customer all that staff see is made without it. To leave out its part alone would not
    do: whoever knows their own talks can work out the rest of any total, even of a coarse one.
    """

    _inherit = "relationship.bond"

    @api.model
    def _get_word_text(self):
        """Say to the user what their customers say of them."""
        word = self._get_own_word()
        included = self.env._(
            "Customer's word: included for Customer Relations only. What you see is made of your "
            "talks, orders served and promises.")
        if not word:
            return included
        return " ".join([included, self.env._(
            "%(count)s customers together say: %(score)s of 100.",
            count=word["count"], score=word["score"])])

    @api.model
    def _get_own_word(self):
        """Return ``score`` (0 to 100) and ``count`` of customers, None while they are too few.

        Answers count in steps of so many customers, so that no new one can be told by its effect.
        """
        company = self.env.company
        rows = self.env.execute_query(SQL(
            """
            SELECT commercial_partner_id, score FROM relationship_reading
             WHERE staff_id = %(staff)s AND company_id = %(company)s
               AND measure_id = ANY(%(measures)s) AND origin IN %(direct)s
               AND voided IS NOT TRUE AND na IS NOT TRUE AND competitor_id IS NULL
               AND commercial_partner_id IS NOT NULL
          ORDER BY create_date, id
            """,
            staff=self.env.user.partner_id.id, company=company.id, direct=DIRECT_ORIGINS,
            measures=self.env["relationship.profile"]._get_rapport_items().ids or [0]))
        floor = max(SCORECARD, company.sudo().relationship_minimum_group)
        scores = {}
        for customer, score in rows[:in_steps([row[0] for row in rows], floor)]:
            scores.setdefault(customer, []).append(score)
        if not scores:
            return None
        means = [sum(each) / len(each) for each in scores.values()]
        return {
            "count": len(means),
            "score": ROUNDED * round(sum(means) / len(means) / ROUNDED),
        }

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Whoever may not see the customer's word gets bonds in the order of what they may see."""
        if field_name == "strength" and not (
                self.env.su or self.env.user.has_group(WORD_GROUP)):
            field_name = "own_strength"
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
