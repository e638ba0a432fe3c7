from odoo import api, fields, models
from odoo.exceptions import UserError


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.model
    def _get_planned_talks(self, user, partners=None):
        """Return the talks that somebody planned for this colleague, due by today, in sudo.

        :param partners: only with these contacts
        """
        domain = [
            ("res_model", "=", "res.partner"),
            ("user_id", "=", user.id),
            (
                "activity_type_id",
                "=",
                self.env.ref("relationship_insight.mail_activity_type_talk").id,
            ),
            ("date_deadline", "<=", fields.Date.context_today(self)),
        ]
        if partners is not None:
            domain.append(("res_id", "in", partners.ids))
        return self.sudo().search(domain, order="date_deadline, id", limit=200)

    def action_relationship_brief(self):
        """Open the brief of the customer whom this activity is about."""
        self.ensure_one()
        customer = self._get_relationship_customer()
        if not customer:
            raise UserError(self.env._("This activity isn't about a customer you may see."))
        return customer._get_relationship_brief_action()
