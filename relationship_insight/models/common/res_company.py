import pytz

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    relationship_minimum_group = fields.Integer(
        string="Smallest Group Shown", default=5, help="Averages over fewer customers are hidden."
    )

    def _relationship_floor(self):
        """Smallest group of customers whose figure may be shown: the strictest of these."""
        return max([*self.mapped("relationship_minimum_group"), 1])

    def _relationship_tz(self):
        """Name of the company's time zone: its days, its nights, its mornings.

        What somebody set on its contact comes before its working hours, whose zone is a default.
        Days of evidence begin and end in it: see ``tools.scope``.
        """
        self.ensure_one()
        return self.partner_id.tz or self.resource_calendar_id.tz or "UTC"

    def _relationship_today(self):
        """The company's date now."""
        tz = pytz.timezone(self._relationship_tz())
        return pytz.utc.localize(fields.Datetime.now()).astimezone(tz).date()
