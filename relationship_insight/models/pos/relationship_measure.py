from odoo import api, models


class RelationshipMeasure(models.Model):
    _name = "relationship.measure"
    _inherit = ["relationship.measure", "pos.load.mixin"]

    @api.model
    def _load_pos_data_domain(self, data, config):
        return [("kind", "=", "emotion"), ("parent_id.code", "=", "M02")]

    @api.model
    def _load_pos_data_fields(self, config):
        return ["id", "name", "picture", "valence", "sequence"]

    @api.model
    def _server_date_to_domain(self, domain):
        # Ten rows: always all of them, so that the till follows its cashier's language.
        return domain
