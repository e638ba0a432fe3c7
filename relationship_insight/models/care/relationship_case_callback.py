from odoo import api, models

from .relationship_case import OPEN_STATES


class RelationshipCase(models.Model):
    _inherit = "relationship.case"

    @api.model
    def _request_callback(
        self, partner, company, source_key, text="", channel="web", user=None, sitting=None
    ):
        """Open a case for a customer who asked to be called; asking twice opens one.

        :param partner: the person to call
        :param company: in whose name the customer was asked
        :param str source_key: names the occasion, for example the invitation
        :param str text: what the customer wrote, if anything
        :param user: who should call; None: see ``_find_owner``
        :param str sitting: source key of the case that the same answers open, or have opened
        :return: the case, new or as it was
        """
        cases = (
            self.sudo()
            .search([("source_key", "in", (source_key, sitting))])
            .filtered(lambda case: case._is_of(partner, company.id))
        )
        known = cases.filtered(lambda case: case.source_key == source_key)
        if known:
            return known
        told = cases.filtered(lambda case: case.state in OPEN_STATES)
        if told:
            return told._add_callback(text)
        if not user or not user._may_own_cases(company):
            user = self._find_owner(partner, company)
        # The words are for whoever calls.
        spoken = self.with_context(lang=user.lang)
        return self._open_once(
            {
                "name": spoken.env._("Please call: %(customer)s", customer=partner.display_name),
                "kind": "callback",
                "partner_id": partner.id,
                "company_id": company.id,
                "user_id": user.id,
                "channel": channel,
                "description": text,
                "source_key": source_key,
            }
        )

    def _add_callback(self, text):
        """Note on the case of somebody's unhappy answers that they want to be called."""
        self.ensure_one()
        if not self.user_id:
            self.user_id = self._find_owner(self.partner_id, self.company_id)
            self._schedule_contact()
        spoken = self.with_context(lang=self.user_id.lang)
        self.write(
            {
                "kind": "callback",
                "name": spoken.env._(
                    "Please call: %(customer)s", customer=self.partner_id.display_name
                ),
                "priority": "1",
                "description": "\n\n".join(filter(None, (self.description, text))),
            }
        )
        self.message_post(
            body=spoken.env._("The customer asked to be called."), author_id=self.partner_id.id
        )
        return self
