from odoo import api, models


class RelationshipProfile(models.Model):
    _inherit = "relationship.profile"

    @api.model
    def _refresh(self, partners=None, asof=None):
        return None

    @api.model
    def _cron_refresh(self):
        self._refresh()

    @api.model
    def _cron_refresh_dirty(self):
        ids = self.env["relationship.refresh.queue"]._take(1000)
        if ids:
            self._refresh(ids)
