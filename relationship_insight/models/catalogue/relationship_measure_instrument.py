from odoo import api, models
from odoo.exceptions import UserError

from .relationship_measure import WORDING_FIELDS

# What makes a measure one that is asked.
SCALE_FIELDS = {"active", "answerable", "parent_id", "question", "sequence"}


class RelationshipMeasure(models.Model):
    """A measure that customers are asked: new words make new versions of what asks them."""

    _inherit = "relationship.measure"

    @api.model_create_multi
    def create(self, vals_list):
        # An item of a scale is asked with it.
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if SCALE_FIELDS & set(vals):
            self.env.registry.clear_cache()
        before = {measure: measure.version for measure in self}
        res = super().write(vals)
        if WORDING_FIELDS & set(vals):
            reworded = self.filtered(lambda measure: measure.version != before[measure])
            reworded._renew_instruments()
        return res

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

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
