from odoo import models


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"
