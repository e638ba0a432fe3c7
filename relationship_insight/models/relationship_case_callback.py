from odoo import api, models


class RelationshipCase(models.Model):
    _inherit = "relationship.case"

    @api.model
    def _request_callback(self, partner, company, source_key, text="", channel="web", user=None):
        """Open a case for a customer who asked to be called; asking twice opens one.

        :param partner: the person to call
        :param company: in whose name the customer was asked
        :param str source_key: names the occasion, for example the invitation
        :param str text: what the customer wrote, if anything
        :param user: who should call; None: the customer's salesperson, else the person for care
        :return: the case, new or as it was
        """
        known = self.sudo().search([("source_key", "=", source_key)], limit=1)
        if known:
            return known
        user = user or (
            partner.user_id | partner.commercial_partner_id.user_id
            | company.relationship_case_user_id)[:1]
        return self.sudo().create({
            "name": self.env._("Please call: %(customer)s", customer=partner.display_name),
            "kind": "callback",
            "partner_id": partner.id,
            "company_id": company.id,
            "user_id": user.id if company in user.company_ids else False,
            "channel": channel,
            "description": text,
            "source_key": source_key,
        })
