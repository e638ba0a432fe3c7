from odoo import models


class ResUsers(models.Model):
    """A user never leaves without handing over: Odoo would delete their activities."""

    _inherit = "res.users"

    def action_archive(self):
        self._relationship_hand_over("archived")
        return super(ResUsers, self.with_context(relationship_handed_over=True)).action_archive()

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self._relationship_hand_over("archived")
        return super().write(vals)

    def unlink(self):
        self._relationship_hand_over("deleted", "unlink")
        return super().unlink()

    def _relationship_hand_over(self, reason, operation="write"):
        """Hand over customers and activities of these users, before they go."""
        if self.env.context.get("relationship_handed_over"):
            return
        users = self.filtered(lambda user: user.active or operation == "unlink")
        if users:
            users.check_access(operation)
            self.env["relationship.handover"]._hand_over_users(users, reason)
