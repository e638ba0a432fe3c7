from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    relationship_target_interval = fields.Integer(
        string="A Loyal Customer Buys Every (days)", default=0,
        help="0: taken from the data, the median rate of customers who came back.")
    relationship_behaviour_half_life = fields.Integer(
        string="Purchase Half-life (days)", default=0,
        help="0: taken from the data, four times the usual gap, between 30 and 365 days.")
    relationship_attitude_half_life = fields.Integer(
        string="Attitude Half-life (days)", default=180)
    relationship_attitude_threshold = fields.Float(
        string="Attached From", default=65,
        help="Attitude (0-100) from which a customer counts as attached.")
    relationship_minimum_group = fields.Integer(
        string="Smallest Group Shown", default=5,
        help="Averages over fewer customers are hidden.")
