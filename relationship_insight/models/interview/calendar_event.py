from odoo import models


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def write(self, vals):
        res = super().write(vals)
        if vals.get("active") is False:
            self._release_interviewees()
        return res

    def unlink(self):
        self._release_interviewees()
        return super().unlink()

    def _release_interviewees(self):
        """Let customers whose talk is called off pick another time."""
        booked = (
            self.env["relationship.interviewee"]
            .sudo()
            .search([("event_id", "in", self.ids), ("state", "=", "booked")])
        )
        if booked:
            booked.write({"state": "invited", "event_id": False})
