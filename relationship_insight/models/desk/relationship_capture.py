import re

from odoo import api, models

# Which field of a record names the customer, the best one first.
CUSTOMER_FIELDS = ("relationship_customer_id", "partner_id", "commercial_partner_id")
# Records that tell of a customer without being a document of theirs.
NO_DOCUMENT = {"res.partner", "calendar.event", "mail.activity"}
OWN_DOCUMENTS = {"relationship.case"}
OURSELVES = {"res.company", "res.users"}
# Numbers are the same if their last digits are: 081…, +66 81…
PHONE_DIGITS = 8
FAMILY = 200


class RelationshipCapture(models.AbstractModel):
    """Guesses whom a conversation is with from what the user has on the screen."""

    _name = "relationship.capture"
    _description = "Guess of the Customer"

    @api.model
    @api.readonly
    def guess_customer(self, model, res_id, phone=None):
        """Return whom the open record is about, False if it is about nobody.

        :param str phone: the number that was dialled: names the person within a company
        :return: dict with ``partner_id``, ``name``, and ``defaults`` of the dialog
        """
        self.env["relationship.note"].check_access("create")
        partner = self._find_customer(self._get_record(model, res_id))
        if not partner:
            return False
        if phone:
            partner = self._find_by_phone(partner, phone)
        return {
            "partner_id": partner.id,
            "name": partner.display_name,
            "defaults": {
                f"default_{name}": value
                for name, value in {
                    "partner_id": partner.id,
                    **self._get_document_vals(model, res_id),
                }.items()
            },
        }

    @api.model
    def _get_record(self, model, res_id):
        """Return the record if there is one that the user may read, else none."""
        if not isinstance(model, str) or model not in self.env or not isinstance(res_id, int):
            return None
        Model = self.env[model]
        if Model._abstract or Model._transient or not Model.has_access("read"):
            return None
        return Model.browse(res_id).exists()._filtered_access("read")

    @api.model
    def _find_customer(self, record):
        Partner = self.env["res.partner"]
        if not record or record._name in OURSELVES:
            return Partner
        if record._name == "res.partner":
            return record
        if record._name == "mail.activity":
            return self._find_customer(self._get_record(record.res_model, record.res_id))
        for name in CUSTOMER_FIELDS:
            field = record._fields.get(name)
            if (
                field
                and field.type == "many2one"
                and field.comodel_name == "res.partner"
                and (not field.groups or self.env.user.has_groups(field.groups))
            ):
                # A meeting's own partner is its organiser.
                if record._name == "calendar.event" and name == "partner_id":
                    continue
                found = record[name]._filtered_access("read")
                if found:
                    return found
        return Partner

    @api.model
    def _find_by_phone(self, partner, phone):
        """Return who of the customer has this number, the partner itself if nobody else does."""
        wanted = re.sub(r"\D", "", phone)[-PHONE_DIGITS:]
        family = self.env["res.partner"].search(
            [("id", "child_of", partner.id), ("phone", "!=", False)], limit=FAMILY
        )
        for person in partner | family:
            if wanted and re.sub(r"\D", "", person.phone or "")[-PHONE_DIGITS:] == wanted:
                return person
        return partner

    @api.model
    def _get_document_vals(self, model, res_id):
        """Return the values that link a conversation to the open document, if it is one."""
        record = self._get_record(model, res_id)
        if (
            not record
            or record._name in NO_DOCUMENT
            or (record._name.startswith("relationship.") and record._name not in OWN_DOCUMENTS)
        ):
            return {}
        vals = {"order_model": record._name, "order_id": record.id}
        company = "company_id" in record._fields and record.company_id
        if company and company in self.env.companies:
            vals["company_id"] = company.id
        return vals
