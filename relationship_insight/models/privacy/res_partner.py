from odoo import models
from odoo.exceptions import AccessError, UserError


class ResPartner(models.Model):
    """Anonymise: the person goes, what happened stays counted."""

    _inherit = "res.partner"

    def unlink(self):
        """Erase what was said with a deleted contact; the bare figures stay without a name."""
        self.env["relationship.erasure"]._forget(self, deleted=True)
        return super().unlink()

    def action_relationship_anonymise(self):
        """Show what would go, and ask."""
        self._check_may_anonymise()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Anonymise"),
            "res_model": "relationship.anonymise",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_ids": self.ids},
        }

    def _check_may_anonymise(self):
        """Only managers, and only contacts that they might delete as well."""
        if not self.env.user.has_group("relationship_insight.group_relationship_manager"):
            raise AccessError(self.env._("Only managers may anonymise a contact."))
        self.check_access("write")
        self.check_access("unlink")

    def _relationship_anonymise(self, own=True):
        """Erase the person from our tables; what was counted stays.

        :param bool own: also from the contact itself, which is archived then
        """
        self.check_access("write")
        partners = self.sudo().with_context(active_test=False, tracking_disable=True)
        if own and partners.user_ids:
            raise UserError(self.env._("Somebody logs in as this contact. Delete that user first."))
        Erasure = partners.env["relationship.erasure"]
        Erasure._forget(partners, deleted=False)
        if own:
            Erasure._forget_contacts(partners)
        self.env["relationship.refresh.queue"].sudo()._add(partners.commercial_partner_id.ids)

    def _anonymize_partner_messages(self):
        """The moment of OCA's privacy_partner_to_be_forgotten: our texts go with its messages."""
        theirs = getattr(super(), "_anonymize_partner_messages", None)
        res = theirs() if theirs else None
        self._relationship_anonymise(own=False)
        return res
