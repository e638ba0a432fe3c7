from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from ..care.relationship_case import OPEN_STATES

UPSET_KINDS = ("callback", "complaint", "low")
LET_DOWN_DAYS = 30
# Of 100 points, turned so that more is better.
LOW = 40
# From this on a bad feeling was felt, on a scale that also says "never".
FELT = 50
WITHOUT_SCORE = ("awareness", "count", "text")


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _may_be_asked_for_friends(self, company):
        """Whether we may ask this customer to bring friends: not who was just let down.

        Nobody is asked who has an open case, or said something bad of us in the last weeks, a
        minute ago included.
        """
        self.ensure_one()
        mine = Domain([
            ("commercial_partner_id", "=", self.commercial_partner_id.id),
            ("company_id", "=", company.id)])
        if self.env["relationship.case"].sudo().search_count(mine & Domain([
                ("state", "in", OPEN_STATES), ("kind", "in", UPSET_KINDS)]), limit=1):
            return False
        bad = Domain.OR([
            [("valence", "!=", "-1"), ("measure_id.kind", "not in", WITHOUT_SCORE),
             ("score", "<=", LOW)],
            # Of moments only those are stored that were felt.
            [("valence", "=", "-1"), ("measure_id.parent_id.code", "=", "M02")],
            [("valence", "=", "-1"), ("score", ">=", FELT)],
        ])
        return not self.env["relationship.reading"].sudo().search_count(mine & bad & Domain([
            ("date", ">", fields.Datetime.now() - timedelta(days=LET_DOWN_DAYS)),
            ("na", "=", False), ("voided", "=", False), ("competitor_id", "=", False),
        ]), limit=1)
