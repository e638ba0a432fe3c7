from odoo import api, models
from odoo.tools import SQL

from ...tools.sql_ids import sql_ids

# Written by Odoo's own hooks, since other fields and contacts follow them.
BY_HOOKS = ("company_name", "email", "image_1920", "phone")
# A setting, not a word about anybody.
SETTINGS = ("invoice_edi_format_store",)


class RelationshipErasure(models.AbstractModel):
    """The contact itself, when it is kept without a name."""

    _inherit = "relationship.erasure"

    @api.model
    def _forget_contacts(self, partners):
        """Empty the contacts and archive them; orders and invoices keep pointing at them."""
        emails, numbers = self._get_addresses(partners, {})
        for partner in partners:
            partner.write({
                **dict.fromkeys(BY_HOOKS, False),
                "name": self.env._("Anonymous customer %(number)s", number=partner.id),
                "active": False,
            })
        self.env.flush_all()
        names = {*self._get_texts(partners), "partner_latitude", "partner_longitude"}
        names -= {*BY_HOOKS, *SETTINGS, "name", "complete_name", "commercial_company_name"}
        names |= {
            field.name for field in partners._fields.values()
            if field.company_dependent and field.type in ("char", "text", "html")}
        names = sorted(
            name for name in names - {*SETTINGS} if partners._fields[name].column_type)
        self.env.cr.execute(SQL(
            "UPDATE res_partner SET %s WHERE id = ANY(%s)",
            SQL(", ").join(SQL("%s = NULL", SQL.identifier(name)) for name in names),
            sql_ids(partners.ids)))
        self._drop_attached({"res.partner": partners.ids}, with_names=True)
        self._drop_mails(partners, emails, numbers)
        self._forget_tracking(partners, everywhere=True)
        self.env.cr.execute(SQL(
            "UPDATE mail_message SET email_from = NULL, reply_to = NULL"
            " WHERE author_id = ANY(%s)", sql_ids(partners.ids)))
        self.env.invalidate_all(flush=False)
