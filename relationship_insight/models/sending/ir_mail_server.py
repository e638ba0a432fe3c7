from odoo import models


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    def write(self, vals):
        res = super().write(vals)
        # Somebody changed the server: what it refused before is worth another try.
        pauses = (
            self.env["relationship.sending.pause"].sudo().search([("server_ref", "in", self.ids)])
        )
        if pauses:
            pauses.unlink()
            self.env["relationship.delivery"]._wake()
        return res
