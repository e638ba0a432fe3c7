from odoo import api, models
from odoo.exceptions import AccessError, UserError


class PosSession(models.Model):
    _inherit = "pos.session"

    @api.readonly
    def relationship_check_code(self, text, partner_id=False):
        """Tell a cashier whose code a customer gave, and whether it can count.

        :param str text: the code as typed, or the link as scanned
        :param int partner_id: the customer who gave it, if chosen already
        :return: dict with ``name`` of the friend and ``code``, or ``problem``: what is wrong
        :raise AccessError: if the user is no cashier of this session's company
        """
        self.ensure_one()
        if not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessError(self.env._("Only cashiers can read codes at the till."))
        self.check_access("read")
        Note = self.env["relationship.note"]
        customer = partner_id and Note._get_pos_customer(self, partner_id)
        try:
            code = self.env["relationship.referral.code"]._find_for(
                str(text or ""), self.company_id, customer or None)
        except UserError as error:
            return {"problem": str(error)}
        if customer and code._is_old_customer(customer):
            return {"problem": self.env._(
                "%(customer)s bought here before, so the code doesn't count.",
                customer=customer.name)}
        return {"name": code.partner_id.name, "code": code.code}
