from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

PIN_LENGTH = 200


class ResPartner(models.Model):
    _inherit = "res.partner"

    relationship_pin = fields.Char(
        string="Warning at the Till",
        company_dependent=True,
        groups="relationship_insight.group_relationship_staff",
        help="Every cashier sees it once when the customer is picked. Written by Customer "
        "Relations; a company's warning is shown for all its people.",
    )

    @api.model
    def get_new_partner(self, config_id, domain, offset):
        """Bring the strips of customers that the till finds later."""
        result = super().get_new_partner(config_id, domain, offset)
        config = self.env["pos.config"].browse(config_id)
        result["relationship.strip"] = self.env["relationship.strip"]._get_rows(
            config, {row["id"] for row in result["res.partner"]}
        )
        return result

    # A warning that nobody at the till may miss.

    @api.constrains("relationship_pin")
    def _check_relationship_pin(self):
        if any(len(partner.relationship_pin or "") > PIN_LENGTH for partner in self.sudo()):
            raise ValidationError(
                self.env._("Keep the warning short: at most %(most)s characters.", most=PIN_LENGTH)
            )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_pin_right(any(vals.get("relationship_pin") for vals in vals_list))
        return super().create(vals_list)

    def write(self, vals):
        self._check_pin_right("relationship_pin" in vals)
        return super().write(vals)

    @api.model
    def _check_pin_right(self, is_pinning):
        if (
            is_pinning
            and not self.env.su
            and not self.env.user.has_group("relationship_insight.group_relationship_relations")
        ):
            raise AccessError(self.env._("Warnings at the till are written by Customer Relations."))
