from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.http import request

STRIPS_AT_ONCE = 100
TILL_COOKIE = "ri_till"
COOKIE_DAYS = 30
DEVICES_KEPT = 8


class PosSession(models.Model):
    _inherit = "pos.session"

    relationship_till_devices = fields.Char(groups=fields.NO_ACCESS, copy=False)

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
        return {
            "relationship.strip": rows
            + [{"id": partner_id, "lines": []} for partner_id in ids if partner_id not in shown]
        }

    def _get_relationship_staff(self, user_id, employee_id):
        """Return the contact of the person at the till, the logged-in user's if in doubt."""
        self.ensure_one()
        if employee_id and "employee_id" in self._fields:
            config = self.config_id.sudo()
            allowed = Domain(config._employee_domain(self.env.uid))
            employee = (
                self.env["hr.employee"]
                .sudo()
                .search(allowed & Domain("id", "=", employee_id), limit=1)
            )
            staff = employee.work_contact_id or employee.user_id.partner_id
            if staff:
                return staff
        # A note may wait for the network until a colleague sends it, but not from anywhere.
        session = self.sudo()
        known = self.env.user | session.user_id | session.order_ids.user_id
        return (known.filtered(lambda user: user.id == user_id) or self.env.user).partner_id

    # Which browsers are tills: answers from one are no customer's. A till is known by a
    # cookie that it alone carries. A tablet in the shop and customers on its Wi-Fi have the
    # same address, and often the same browser.

    def load_data(self, models_to_load):
        res = super().load_data(models_to_load)
        if request:
            sent = request.httprequest
            request.future_response.set_cookie(
                TILL_COOKIE,
                self._note_till(sent.remote_addr, sent.headers.get("User-Agent")),
                max_age=COOKIE_DAYS * 24 * 3600,
                path="/pulse",
                httponly=True,
                samesite="Lax",
                secure=sent.scheme == "https",
            )
        return res

    def _note_till(self, address, agent):
        """Return the token a till of this session carries; remember its digest.

        The same till gets the same one however often it loads, so it pushes no other one out.
        """
        Limit = self.env["relationship.rate.limit"]
        token = Limit._digest("till session", self.id, address, (agent or "")[:300])
        device = Limit._digest_till(token)
        session = self.sudo()
        devices = (session.relationship_till_devices or "").split()
        if device not in devices:
            session.relationship_till_devices = " ".join([*devices, device][-DEVICES_KEPT:])
        return token

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
                str(text or ""), self.company_id, customer or None
            )
        except UserError as error:
            return {"problem": str(error)}
        if customer and code._is_old_customer(customer):
            return {
                "problem": self.env._(
                    "%(customer)s bought here before, so the code doesn't count.",
                    customer=customer.name,
                )
            }
        return {"name": code.partner_id.name, "code": code.code}
