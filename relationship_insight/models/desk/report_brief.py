from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools.misc import format_date

MOST = 50


class ReportBrief(models.AbstractModel):
    """The brief on paper, or on any screen: a plain page, no PDF needed."""

    _name = "report.relationship_insight.brief"
    _description = "Brief before a Visit"

    @api.model
    def _get_report_values(self, docids, data=None):
        if not self.env.user.has_group("relationship_insight.group_relationship_staff"):
            raise AccessError(self.env._("Briefs are for the staff of Relationship Insight."))
        Brief = self.env["relationship.brief"]
        return {
            "briefs": [Brief.get_brief(partner_id) for partner_id in (docids or [])[:MOST]],
            "today": format_date(self.env, fields.Date.context_today(self)),
        }
