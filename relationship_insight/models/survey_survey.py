from odoo import models


class SurveySurvey(models.Model):
    _inherit = "survey.survey"
