from odoo import models


class PosSession(models.Model):
    _inherit = "pos.session"
