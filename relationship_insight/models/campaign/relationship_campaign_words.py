from odoo import fields, models
from odoo.tools import SQL

from ...stats.suppression import in_steps

# Comments of people without a name are shown from so many on, in steps of as many.
ENOUGH = 10


class RelationshipCampaign(models.Model):
    """What people wrote who gave no name: many comments together, apart from all else."""

    _inherit = "relationship.campaign"

    anonymous_words = fields.Text(
        string="What Unnamed People Wrote", compute="_compute_anonymous_words",
        groups="relationship_insight.group_relationship_relations",
        help="In the order of the alphabet, without date, shop or score. Shown from ten comments "
        "on, and new ones ten at a time, so that nobody can tell whose it is.")

    def _compute_anonymous_words(self):
        self.check_access("read")
        self.env["relationship.reading"].flush_model()
        for campaign in self:
            floor = max(ENOUGH, campaign.company_id.sudo().relationship_minimum_group)
            rows = self.env.execute_query(SQL(
                """
                SELECT invitation.id, reading.text
                  FROM relationship_invitation invitation
                  JOIN relationship_reading reading ON reading.invitation_id = invitation.id
                 WHERE invitation.campaign_id = %s AND reading.partner_id IS NULL
                   AND reading.voided IS NOT TRUE AND TRIM(COALESCE(reading.text, '')) != ''
              ORDER BY reading.id
                """, campaign._origin.id or None))
            shown = rows[:in_steps([row[0] for row in rows], floor)]
            campaign.anonymous_words = "\n".join(sorted(
                " ".join(text.split()) for _sitting, text in shown)) or False
