from odoo import api, fields, models
from odoo.tools import SQL, groupby

from .relationship_strip import PREFERENCE_KINDS

# Of one kind of preference the till shows two; a third is at hand for the line of questions.
PREFERENCES = 3


class RelationshipStrip(models.AbstractModel):
    """What we know of the customer, and what to ask: facts and questions never mix."""

    _inherit = "relationship.strip"

    @api.model
    def _read_preferences(self, reader, config, partner_ids, kinds):
        """Return {customer's id: {kind: [(id, is a question, chip, words)]}}, best first."""
        wanted = [kind for kind in kinds if kind in PREFERENCE_KINDS]
        if "ask" in kinds:
            wanted = list(PREFERENCE_KINDS)
        if not wanted:
            return {}
        Preference = reader["relationship.preference"]
        Preference.flush_model()
        query = Preference._search([
            ("kind", "in", wanted), ("state", "=", "current"), ("sensitive", "=", False),
            "|", ("scope", "=", "everywhere"), ("company_id", "=", config.company_id.id),
            "|", ("partner_id", "in", partner_ids), ("commercial_partner_id", "in", partner_ids)])
        rows = self.env.execute_query(SQL(
            """
            SELECT who, kind, id, is_ask, tag_id, text FROM (
                SELECT who, kind, id, is_ask, tag_id, text, confirm_count,
                       ROW_NUMBER() OVER (
                           PARTITION BY who, kind ORDER BY is_ask, confirm_count DESC, id DESC
                       ) AS place,
                       ROW_NUMBER() OVER (
                           PARTITION BY who, kind, is_ask ORDER BY confirm_count DESC, id DESC
                       ) AS place_ask
                  FROM (
                    SELECT p.*, about.who,
                           (p.provenance = 'inferred' AND COALESCE(p.confirm_count, 0) = 0)
                           OR COALESCE(p.review_date < %(today)s, FALSE) AS is_ask
                      FROM relationship_preference p
                CROSS JOIN LATERAL (
                        SELECT p.partner_id AS who UNION SELECT p.commercial_partner_id
                      ) about
                     WHERE p.id IN %(found)s AND about.who = ANY(%(partners)s)
                  ) known
            ) ranked
             WHERE place <= %(most)s OR (is_ask AND place_ask = 1)
          ORDER BY who, kind, is_ask, confirm_count DESC, id DESC
            """,
            today=fields.Date.context_today(self), found=query.subselect(),
            partners=partner_ids, most=PREFERENCES))
        return {
            who: {
                kind: [row[2:] for row in of_kind]
                for kind, of_kind in groupby(of_who, key=lambda row: row[1])}
            for who, of_who in groupby(rows, key=lambda row: row[0])}

    @api.model
    def _show_preferences(self, kind, preferences):
        """Show two things we know, or one to ask about where we know none for sure."""
        shown = {}
        for who, kinds in preferences.items():
            known = [row for row in kinds.get(kind, ()) if not row[1]][:PREFERENCES - 1]
            known = known or kinds.get(kind, ())[:1]
            if known:
                shown[who] = [
                    [0 if is_ask else 1, tag or 0, text or ""]
                    for _id, is_ask, tag, text in known]
        return shown

    @api.model
    def _show_questions(self, questions, preferences, shown):
        """Ask about a preference that no other line shows, else what the insight lacks."""
        for who, kinds in preferences.items():
            for kind in PREFERENCE_KINDS:
                rows = kinds.get(kind, ())
                asked = [row for row in rows if row[1]]
                if kind in shown and len(asked) == len(rows):
                    asked = asked[1:]
                if asked:
                    _id, _is_ask, tag, text = asked[0]
                    questions[who] = [kind, text or "", tag or 0]
                    break
        return questions
