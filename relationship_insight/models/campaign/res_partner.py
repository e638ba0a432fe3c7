from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL


class ResPartner(models.Model):
    """On the contact: why they were asked, why not, when next; and who contacted them lately."""

    _inherit = "res.partner"

    relationship_asked_count = fields.Integer(
        string="Invitations",
        compute="_compute_relationship_asked",
        groups="relationship_insight.group_relationship_relations",
    )
    relationship_asked = fields.Char(
        string="Feedback",
        compute="_compute_relationship_asked",
        groups="relationship_insight.group_relationship_relations",
    )
    relationship_contact_warning = fields.Char(
        string="Contacted Recently",
        compute="_compute_relationship_contact_warning",
        groups="relationship_insight.group_relationship_staff",
    )

    def _compute_relationship_asked(self):
        domain = [("partner_id", "in", self.ids)]
        asked = dict(
            self.env["relationship.invitation"]._read_group(domain, ["partner_id"], ["__count"])
        )
        newest = dict(
            self.env["relationship.eligibility"]._read_group(domain, ["partner_id"], ["id:max"])
        )
        lines = self.env["relationship.eligibility"].browse(newest.values())
        sentences = {line.partner_id: line._get_sentence() for line in lines}
        for partner in self:
            partner.relationship_asked_count = asked.get(partner, 0)
            partner.relationship_asked = sentences.get(partner, False)

    def action_view_relationship_asked(self):
        """Open every decision about asking this customer, with its reason."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "relationship_insight.relationship_eligibility_action"
            ),
            "domain": [("partner_id", "child_of", self.ids)],
            "views": [(False, "list"), (False, "pivot")],
            "context": {},
        }

    # Whom somebody contacted just now: staff and campaigns together, as the reader may know.

    @api.depends("commercial_partner_id")
    @api.depends_context("uid", "lang", "company", "allowed_company_ids")
    def _compute_relationship_contact_warning(self):
        recent = self._get_recent_contacts()
        for partner in self:
            found = recent.get(partner.commercial_partner_id.id)
            partner.relationship_contact_warning = found and self._get_contact_words(
                partner, *found
            )

    def _get_recent_contacts(self, days=None):
        """Return {commercial entity's id: (moment, staff or empty, "talk" or "invitation")}.

        The last time anybody of ours came to the customer within so many days, as far as the
        user may know. Campaigns ask this before they invite, staff before they call.

        :param days: None for what the company set; 0 finds nobody
        """
        if days is None:
            days = self.env.company.relationship_contact_gap
        customers = self.commercial_partner_id
        if not days or not customers:
            return {}
        since = fields.Datetime.now() - timedelta(days=days)
        recent = {
            customer_id: (moment, staff, "talk")
            for customer_id, (moment, staff) in customers._get_recent_talks(since).items()
        }
        for customer_id, moment in self._get_recent_invitations(customers, since):
            if customer_id not in recent or recent[customer_id][0] < moment:
                recent[customer_id] = (moment, self.browse(), "invitation")
        return recent

    def _get_recent_talks(self, since):
        """Return {commercial entity's id: (moment, staff)} of whom staff came to."""
        notes = self.env["relationship.note"].search_fetch(
            [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("date", ">=", since),
                ("initiator", "=", "staff"),
            ],
            ["commercial_partner_id", "date", "staff_id"],
            order="date, id",
        )
        return {note.commercial_partner_id.id: (note.date, note.staff_id.sudo()) for note in notes}

    @api.model
    def _get_recent_invitations(self, customers, since):
        """Return [(commercial entity's id, moment)] of what campaigns sent, reminders included.

        That somebody was written to is no secret among staff, unlike what they answered.
        """
        self.env["relationship.invitation"].flush_model()
        return self.env.execute_query(
            SQL(
                """
            SELECT commercial_partner_id, MAX(GREATEST(date_sent, date_reminder))
              FROM relationship_invitation
             WHERE commercial_partner_id = ANY(%(customers)s)
               AND company_id = ANY(%(companies)s)
               AND GREATEST(date_sent, date_reminder) >= %(since)s
          GROUP BY 1
            """,
                customers=customers.ids,
                companies=self.env.companies.ids,
                since=since,
            )
        )

    @api.model
    def _get_contact_words(self, partner, moment, staff, kind):
        today = fields.Date.context_today(self)
        day = fields.Datetime.context_timestamp(self, moment).date()
        days = (today - day).days
        names = {"staff": staff.name, "customer": partner.display_name, "days": days}
        if kind == "invitation":
            if days <= 0:
                return self.env._("A campaign wrote to %(customer)s today.", **names)
            if days == 1:
                return self.env._("A campaign wrote to %(customer)s yesterday.", **names)
            return self.env._("A campaign wrote to %(customer)s %(days)s days ago.", **names)
        if staff == self.env.user.partner_id:
            if days <= 0:
                return self.env._("You contacted %(customer)s today.", **names)
            return self.env._("You contacted %(customer)s %(days)s days ago.", **names)
        if days <= 0:
            return self.env._("%(staff)s contacted %(customer)s today.", **names)
        if days == 1:
            return self.env._("%(staff)s contacted %(customer)s yesterday.", **names)
        return self.env._("%(staff)s contacted %(customer)s %(days)s days ago.", **names)
