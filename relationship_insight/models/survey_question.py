from odoo import models


class SurveyQuestion(models.Model):
    _inherit = "survey.question"
