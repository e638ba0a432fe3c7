from odoo import api, fields, models


class RelationshipPreferenceCheck(models.Model):
    """Somebody asked whether a preference still holds. Append-only; praise counts these."""

    _name = "relationship.preference.check"
    _description = "Preference Check"
    _order = "date desc, id desc"

    preference_id = fields.Many2one(
        "relationship.preference", readonly=True, index="btree_not_null", ondelete="set null"
    )
    staff_id = fields.Many2one(
        "res.partner", string="Asked By", readonly=True, index=True, ondelete="set null"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    date = fields.Date(required=True, readonly=True)
    result = fields.Selection(
        [
            ("confirmed", "Still true"),
            ("ended", "No longer true"),
            ("fulfilled", "Fulfilled"),
        ],
        required=True,
        readonly=True,
    )
    own = fields.Boolean(
        readonly=True, help="Confirmed by whoever noted it: no second pair of eyes."
    )

    @api.model
    def _log(self, preferences, result):
        """Keep who asked, and what came of it."""
        staff = self.env.user.partner_id
        today = fields.Date.context_today(self)
        return self.sudo().create(
            [
                {
                    "preference_id": preference.id,
                    "staff_id": staff.id,
                    "company_id": preference.company_id.id,
                    "date": today,
                    "result": result,
                    "own": preference.staff_id == staff and preference.first_seen == today,
                }
                for preference in preferences
            ]
        )
