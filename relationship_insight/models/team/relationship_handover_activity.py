from odoo import models


class RelationshipHandover(models.Model):
    """What happens to the open activities of a colleague who leaves: none is deleted.

    To-dos without a document are personal and stay with their owner, save promises of a team.
    """

    _inherit = "relationship.handover"

    def _pass_on_activities(self):
        """Give every open activity of the leaver a new owner and count them.

        A promise from a private note stays with its author, closed: it is nobody else's to read.
        One from a note of a team stays within the team.
        """
        self.ensure_one()
        activities = self._get_activities()
        owners, private = self._get_new_owners(activities)
        for owner, owned in owners.items():
            owned.with_context(mail_activity_quick_update=True).write({"user_id": owner.id})
        if private:
            # Neither kept nor broken, and without a word on the customer, whom everybody reads.
            promises = self.env["relationship.promise"]._of_activities(private)
            promises._get_going()._withdraw()
            private.with_context(relationship_no_promise=True).write({"active": False})
        self.write({
            "activity_before": len(activities),
            "activity_moved": sum(map(len, owners.values())),
            "activity_closed": len(private),
        })
        by_customer = self._get_customers_of(activities - private)
        counts, promises = {}, {}
        promised = self.env["relationship.note"]._find_by_activities(activities - private)
        for activity, customer in by_customer.items():
            counts[customer] = counts.get(customer, 0) + 1
            if activity in promised:
                promises[customer] = promises.get(customer, 0) + 1
        for line in self.line_ids:
            line.activity_count = counts.get(line.commercial_partner_id.id, 0)
            line.promise_count = promises.get(line.commercial_partner_id.id, 0)

    def _is_ours(self, company, customer=None):
        """Whether what belongs to this company, or to all of them, is this handover's to pass on.

        What all companies share goes along with a customer on the list, and the rest of it with
        the handover in the leaver's main company.
        """
        if company:
            return company == self.company_id
        if self.user_id.company_id == self.company_id:
            return True
        customers = self.line_ids.commercial_partner_id
        return bool(customer) and customer.commercial_partner_id in customers

    def _get_activities(self):
        """Return the open activities of the leaver that this handover passes on or closes."""
        Activity = self.env["mail.activity"]
        if not self.user_id:
            return Activity
        activities = Activity.search([("user_id", "=", self.user_id.id)])
        notes = self.env["relationship.note"]._find_by_activities(activities)
        promised = {
            promise.activity_id: promise.company_id
            for promise in self.env["relationship.promise"]._of_activities(activities)
        } | {activity: note.company_id for activity, note in notes.items()}
        companies = self._get_companies_of(activities)
        customers = self._get_customers_of(activities)
        return activities.filtered(
            lambda activity: promised[activity] == self.company_id
            and (activity.res_model or activity in notes)
            if activity in promised else
            activity in companies and self._is_ours(
                companies[activity], self.env["res.partner"].browse(customers.get(activity))))

    def _get_companies_of(self, activities):
        """Return {activity: company of its document, empty if shared} of those on a document."""
        nowhere = self.env["res.company"]
        result = {}
        for model, on_model in activities.grouped("res_model").items():
            if not model or model not in self.env:
                continue
            Model = self.env[model].with_context(active_test=False)
            records = Model.browse(set(on_model.mapped("res_id"))).exists()
            known = "company_id" in Model._fields
            companies = {record.id: record.company_id if known else nowhere for record in records}
            result |= {
                activity: companies.get(activity.res_id, nowhere) for activity in on_model}
        return result

    def _keep_the_rest(self, users):
        """Close what nobody takes over, so that it stays with its owner instead of being deleted.

        Odoo deletes every open activity of a user who is archived.
        """
        self.env["mail.activity"].sudo().search([("user_id", "in", users.ids)]).with_context(
            relationship_no_promise=True).write({"active": False})

    def _get_new_owners(self, activities):
        """Return ({new owner: activities}, activities to close)."""
        Activity = self.env["mail.activity"]
        notes = self.env["relationship.note"]._find_by_activities(activities)
        customers = self._get_customers_of(activities)
        successors = {line.commercial_partner_id.id: line.successor_id for line in self.line_ids}
        owners, private = {}, Activity
        for activity in activities:
            note = notes.get(activity)
            owner = successors.get(customers.get(activity), self.successor_id)
            if note and note.visibility == "me":
                private |= activity
                continue
            if note and note.visibility == "team":
                owner = self._get_owner_in_team(note.team_id, owner)
                if not owner:
                    private |= activity
                    continue
            owners[owner] = owners.get(owner, Activity) | activity
        return owners, private

    def _get_owner_in_team(self, team, successor):
        """Return the successor if the team may tell them, else somebody of the team, if any."""
        members = self.env["relationship.note"]._get_team_people(team) - self.user_id
        return successor if successor in members else members[:1]

    def _get_customers_of(self, activities):
        """Return {activity: customer id} for those on a document of a customer."""
        result = {}
        for activity, note in self.env["relationship.note"]._find_by_activities(
                activities).items():
            result[activity] = note.commercial_partner_id.id
        for model, on_model in activities.grouped("res_model").items():
            if not model or model not in self.env:
                continue
            Model = self.env[model].with_context(active_test=False)
            field = "id" if model == "res.partner" else "partner_id"
            if field not in Model._fields or not Model._fields[field].store or (
                    field == "partner_id" and Model._fields[field].comodel_name != "res.partner"):
                continue
            records = Model.browse(set(on_model.mapped("res_id"))).exists()
            partners = {
                record.id: (record if field == "id" else record[field]).commercial_partner_id.id
                for record in records}
            result.update({
                activity: partners[activity.res_id]
                for activity in on_model if partners.get(activity.res_id)})
        return result
