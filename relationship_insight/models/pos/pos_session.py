from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

STRIPS_AT_ONCE = 100


class PosSession(models.Model):
    _inherit = "pos.session"

    @api.model
    def _load_pos_data_models(self, config):
        ours = ["relationship.measure", "relationship.strip"]
        return [*super()._load_pos_data_models(config), *ours]

    def relationship_store_note(self, note):
        """Store what a cashier noted about a customer, once however often it is sent.

        A later call with the same ``key`` adds to the same conversation: feelings not noted
        yet, a line not written yet, the order once it is paid. Nothing can be read this way,
        so cashiers need no right on conversations.

        :param dict note: ``key`` (made at the till, starts with "pos:"), ``partner_id``,
            ``feelings`` (ids of feeling events), ``line`` (one line of plain text),
            ``age`` (seconds since it was noted), ``order_uuid``, ``user_id``, ``employee_id``;
            optional: ``purpose``, ``visibility``, ``promise`` with ``promise_date``, and
            ``kind``: what the line tells to remember of the customer
        :return: True when it is stored; False when it can't be now and should be sent again
        :rtype: bool
        :raise AccessError: if the user is no cashier of this session's company
        :raise ValidationError: if the note can never be stored
        """
        self.ensure_one()
        if not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessError(self.env._("Only cashiers can note feelings at the till."))
        self.check_access("read")
        if self.state == "closed":
            return False
        return self.env["relationship.note"]._store_from_pos(self, note)

    @api.readonly
    def relationship_get_strips(self, partner_ids):
        """Return afresh what this till shows of these customers, in full.

        :param list partner_ids: ids of at most 100 customers
        :return: rows of ``relationship.strip``, one for each customer that the user may read
        :raise AccessError: if the user is no cashier of this session's company
        """
        self.ensure_one()
        if not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessError(self.env._("Only cashiers see customers at the till."))
        self.check_access("read")
        to_id = self.env["relationship.note"]._to_record_id
        wanted = partner_ids if isinstance(partner_ids, list) else [partner_ids]
        ids = list(filter(None, map(to_id, wanted[:STRIPS_AT_ONCE])))
        partners = self.env["res.partner"].browse(ids).exists()._filtered_access("read")
        rows = self.env["relationship.strip"]._get_rows(self.config_id, partners.ids, cut=False)
        shown = {row["id"] for row in rows}
        return {"relationship.strip": rows + [
            {"id": partner_id, "lines": []} for partner_id in ids if partner_id not in shown]}

    def _get_relationship_staff(self, user_id, employee_id):
        """Return the contact of the person at the till, the logged-in user's if in doubt."""
        self.ensure_one()
        if employee_id and "employee_id" in self._fields:
            config = self.config_id.sudo()
            allowed = Domain(config._employee_domain(self.env.uid))
            employee = self.env["hr.employee"].sudo().search(
                allowed & Domain("id", "=", employee_id), limit=1)
            staff = employee.work_contact_id or employee.user_id.partner_id
            if staff:
                return staff
        # A note may wait for the network until a colleague sends it, but not from anywhere.
        session = self.sudo()
        known = self.env.user | session.user_id | session.order_ids.user_id
        return (known.filtered(lambda user: user.id == user_id) or self.env.user).partner_id
