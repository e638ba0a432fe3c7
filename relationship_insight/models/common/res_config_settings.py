from odoo import models

from .relationship_feature import FEATURES, PREFIX


class ResConfigSettings(models.TransientModel):
    _name = "res.config.settings"
    _inherit = ["res.config.settings", "relationship.feature"]

    def set_values(self):
        before = self._get_features()
        result = super().set_values()
        wanted = {name for name in FEATURES if self[PREFIX + name]}
        for name in before ^ wanted:
            self._set_feature_jobs(name, name in wanted)
        return result
