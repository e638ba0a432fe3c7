from odoo import api, fields, models

FOLLOWED = {"active", "date_deadline", "user_id"}
# How to find the customer of a document.
CUSTOMER_FIELDS = ("partner_id", "commercial_partner_id")


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.model_create_multi
    def create(self, vals_list):
        """Activities of the type Promise enter the ledger, wherever they are made."""
        activities = super().create(vals_list)
        kind = self.env.ref(
            "relationship_insight.mail_activity_type_promise", raise_if_not_found=False
        )
        promised = activities.filtered(lambda a: kind and a.activity_type_id == kind)
        self.env["relationship.promise"].sudo().create(
            [vals for activity in promised if (vals := activity._prepare_promise_vals())]
        )
        return activities

    def write(self, vals):
        res = super().write(vals)
        if FOLLOWED & set(vals):
            self.env["relationship.promise"]._of_activities(self)._follow_activities()
        return res

    def _prepare_promise_vals(self):
        """Return the values of the ledger's row, None without a customer or an owner."""
        self.ensure_one()
        customer = self._get_relationship_customer().sudo()
        owner = self.user_id or self.env.user
        if not customer:
            return None
        company = customer.company_id or self.env.company
        return {
            "name": self.summary or self.activity_type_id.name,
            "partner_id": customer.id,
            "company_id": company.id,
            "staff_id": owner.partner_id.id,
            "team_id": owner.sale_team_id.id,
            "user_id": self.env.uid,
            "visibility": "company" if self.res_model else "me",
            "activity_id": self.id,
            "date_made": fields.Date.context_today(self),
            "date_due": self.date_deadline,
        }

    def _get_relationship_customer(self):
        """Return the customer whom this activity is about, as far as the user may read it."""
        self.ensure_one()
        Partner = self.env["res.partner"]
        if not self.res_model or self.res_model not in self.env:
            return Partner
        record = self.env[self.res_model].browse(self.res_id).exists()
        if not record or not record.has_access("read"):
            return Partner
        if self.res_model == "res.partner":
            return record
        for name in CUSTOMER_FIELDS:
            field = record._fields.get(name)
            if field and field.comodel_name == "res.partner" and record[name]:
                return record[name]
        return Partner
