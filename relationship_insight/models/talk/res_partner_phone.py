from odoo import api, models

from odoo.addons.phone_validation.tools.phone_validation import phone_format


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _find_by_phone_sudo(self, number, company):
        """Return the contact who has had this phone number longest, in sudo; empty if nobody has.

        :param str number: as typed; without a country's prefix it is one of the company's country
        """
        sanitized = self._sanitize_phone(number, company)
        if not sanitized:
            return self.sudo().browse()
        return self.sudo().search([("phone_sanitized", "=", sanitized)], order="id", limit=1)

    @api.model
    def _sanitize_phone(self, number, company):
        """Return the one spelling of a phone number, False or empty where there is none."""
        country = company.country_id or self.env.company.country_id
        return number and phone_format(
            number, country.code, country.phone_code, force_format="E164", raise_exception=False)
