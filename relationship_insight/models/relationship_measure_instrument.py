from odoo import api, models
from odoo.exceptions import UserError

from .relationship_measure import WORDING_FIELDS


class RelationshipMeasure(models.Model):
    """A measure that customers are asked: new words make new versions of what asks them."""

    _inherit = "relationship.measure"

    def write(self, vals):
        before = {measure: measure.version for measure in self}
        res = super().write(vals)
        if WORDING_FIELDS & set(vals):
            reworded = self.filtered(lambda measure: measure.version != before[measure])
            reworded._renew_instruments()
        return res

    def _renew_instruments(self):
        """Begin a new version of every questionnaire that asks these measures now.

        It is not comparable with the one before until somebody says so.
        """
        if not self:
            return
        items = self.env["relationship.instrument.item"].sudo().search(
            [("version_id.state", "=", "live")])
        versions = items.filtered(lambda item: item._get_measures() & self).version_id
        for version in versions:
            version._copy_to_draft().action_go_live()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        if self.env["relationship.instrument.item"].sudo().search_count([
                ("measure_id", "in", self.ids), ("version_id.state", "!=", "draft")], limit=1):
            raise UserError(self.env._(
                "Customers are asked these questions. Archive them instead."))
