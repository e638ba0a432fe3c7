from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.phone_validation.tools.phone_validation import phone_format

STAFF_GROUP = "relationship_insight.group_relationship_staff"


class ResPartner(models.Model):
    _inherit = "res.partner"

    relationship_note_count = fields.Integer(
        string="Conversations",
        compute="_compute_relationship_note_count",
        groups="relationship_insight.group_relationship_staff",
    )
    relationship_last_talk = fields.Datetime(
        string="Last Talk",
        compute="_compute_relationship_touch",
        search="_search_relationship_last_talk",
        groups=STAFF_GROUP,
    )
    relationship_last_talk_staff_id = fields.Many2one(
        "res.partner",
        string="Last Talked With",
        compute="_compute_relationship_touch",
        groups=STAFF_GROUP,
    )
    relationship_last_talk_note_id = fields.Many2one(
        "relationship.note",
        string="Last Conversation",
        compute="_compute_relationship_touch",
        groups=STAFF_GROUP,
    )
    relationship_last_in = fields.Datetime(
        string="They Came to Us", compute="_compute_relationship_touch", groups=STAFF_GROUP
    )
    relationship_last_out = fields.Datetime(
        string="We Came to Them", compute="_compute_relationship_touch", groups=STAFF_GROUP
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_relationship_note_count(self):
        """Count what the user may read: a company counts the talks with all its people."""
        totals, own = {}, {}
        for customer, person, count in self.env["relationship.note"]._read_group(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
            ["commercial_partner_id", "partner_id"],
            ["__count"],
        ):
            totals[customer] = totals.get(customer, 0) + count
            own[person] = count
        for partner in self:
            is_customer = partner == partner.commercial_partner_id
            partner.relationship_note_count = (totals if is_customer else own).get(partner, 0)

    def action_view_relationship_notes(self):
        """Open the conversations with this customer, and with its people if it is a company."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "relationship_insight.relationship_note_action"
        )
        is_customer = self == self.commercial_partner_id
        field = "commercial_partner_id" if is_customer else "partner_id"
        return {
            **action,
            "domain": [(field, "=", self.id)],
            "context": {"default_partner_id": self.id},
        }

    # Last touch of a person, and of a company over all its people, as the reader may see it.

    @api.depends("commercial_partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_relationship_touch(self):
        rows = self.env["relationship.touch"].search_fetch(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
            [
                "commercial_partner_id",
                "partner_id",
                "last_date",
                "last_in",
                "last_note_id",
                "last_out",
                "last_staff_id",
            ],
        )
        by_customer = rows.grouped("commercial_partner_id")
        by_person = rows.grouped("partner_id")
        for partner in self:
            whole = partner == partner.commercial_partner_id
            mine = (by_customer if whole else by_person).get(partner, rows.browse())
            talks = mine.filtered("last_date")
            last = max(
                talks, key=lambda row: (row.last_date, row.last_note_id.id), default=rows.browse()
            )
            partner.relationship_last_talk = last.last_date
            partner.relationship_last_talk_note_id = last.last_note_id
            partner.relationship_last_talk_staff_id = last.last_staff_id
            partner.relationship_last_in = max(filter(None, mine.mapped("last_in")), default=False)
            partner.relationship_last_out = max(
                filter(None, mine.mapped("last_out")), default=False
            )

    def _search_relationship_last_talk(self, operator, value):
        if operator in ("<", "<="):
            later = {"<": ">=", "<=": ">"}[operator]
            return self._touched([("last_date", operator, value)]) & ~self._touched(
                [("last_date", later, value)]
            )
        if operator in (">", ">="):
            return self._touched([("last_date", operator, value)])
        if operator == "in" and set(value) == {False}:
            return ~self._touched([("last_date", "!=", False)])
        return NotImplemented

    @api.model
    def _touched(self, domain):
        """Return the domain of people, and of entities, with a row that the user may see."""
        Touch = self.env["relationship.touch"]
        query = Touch._search(domain)
        return Domain(
            "id", "in", query.subselect(Touch._field_to_sql(Touch._table, "partner_id", query))
        ) | Domain(
            "id",
            "in",
            query.subselect(Touch._field_to_sql(Touch._table, "commercial_partner_id", query)),
        )

    def _after_move(self, before):
        res = super()._after_move(before)
        self.env.flush_all()
        people = self.sudo().with_context(active_test=False).search([("id", "child_of", self.ids)])
        self.env["relationship.touch"]._refresh(people.ids)
        return res

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
            number, country.code, country.phone_code, force_format="E164", raise_exception=False
        )
