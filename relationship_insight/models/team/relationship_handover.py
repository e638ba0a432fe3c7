from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

INTRODUCE_WITHIN = 7
INTRODUCTIONS_A_DAY = 10


class RelationshipHandover(models.Model):
    """One colleague leaves: every customer gets a successor, and nothing promised is lost.

    It reaches as far as its company: leaver and successors are users of it, and only its
    customers, documents and promises change hands. Who leaves several has a handover in each.
    """

    _name = "relationship.handover"
    _description = "Handover"
    _inherit = ["relationship.guarded", "mail.thread"]
    _order = "date desc, id desc"
    _rec_name = "staff_id"
    _check_company_auto = True

    user_id = fields.Many2one(
        "res.users",
        string="User Who Leaves",
        index="btree_not_null",
        ondelete="set null",
        domain=[("share", "=", False)],
        check_company=True,
    )
    staff_id = fields.Many2one(
        "res.partner",
        string="Who Leaves",
        index=True,
        ondelete="set null",
        compute="_compute_staff_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    date = fields.Date(string="Handed Over On", required=True, default=fields.Date.context_today)
    reason = fields.Selection(
        [
            ("leaves", "Leaves the company"),
            ("moves", "Moves to another job"),
            ("absent", "Long absence"),
            ("archived", "User was archived"),
            ("departure", "Employee departure"),
            ("deleted", "User was deleted"),
        ],
        required=True,
        default="leaves",
    )
    successor_id = fields.Many2one(
        "res.users",
        string="Successor for the Rest",
        compute="_compute_successor_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="set null",
        check_company=True,
        domain="[('share', '=', False), ('id', '!=', user_id)]",
        help="Takes over whatever has no better successor.",
    )
    state = fields.Selection(
        [("draft", "Being prepared"), ("done", "Handed over")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    line_ids = fields.One2many("relationship.handover.line", "handover_id", string="Customers")
    customer_count = fields.Integer(compute="_compute_counts", string="Customers Handed Over")
    introduced_count = fields.Integer(compute="_compute_counts", string="Introduced")
    open_activity_count = fields.Integer(
        compute="_compute_open_activity_count", string="Open Activities"
    )
    activity_before = fields.Integer(string="Activities Before", readonly=True, copy=False)
    activity_moved = fields.Integer(string="Activities Passed On", readonly=True, copy=False)
    activity_closed = fields.Integer(
        string="Private Ones Closed",
        readonly=True,
        copy=False,
        help="Promises from private notes: nobody else may read them, so they are closed and "
        "stay with their author.",
    )

    @api.constrains("user_id", "staff_id")
    def _check_staff(self):
        if any(h.user_id and h.user_id.sudo().partner_id != h.staff_id for h in self):
            raise ValidationError(self.env._("Who leaves is another person than their user."))

    @api.depends("user_id")
    def _compute_staff_id(self):
        for handover in self:
            handover.staff_id = handover.user_id.partner_id or handover.staff_id

    @api.depends("user_id")
    def _compute_successor_id(self):
        for handover in self:
            if handover.user_id:
                handover.successor_id = handover._get_default_successor()

    @api.depends("line_ids.state")
    def _compute_counts(self):
        counts = {
            (handover, state): count
            for handover, state, count in self.env["relationship.handover.line"]._read_group(
                [("handover_id", "in", self.ids)], ["handover_id", "state"], ["__count"]
            )
        }
        for handover in self:
            states = {state: n for (owner, state), n in counts.items() if owner == handover}
            handover.customer_count = sum(states.values())
            handover.introduced_count = states.get("introduced", 0)

    @api.depends("user_id", "state")
    def _compute_open_activity_count(self):
        for handover in self:
            handover.open_activity_count = len(handover.sudo()._get_activities())

    @api.depends("staff_id", "date")
    def _compute_display_name(self):
        for handover in self:
            handover.display_name = self.env._(
                "Handover of %(name)s", name=handover.staff_id.name or ""
            )

    # Actions

    def action_propose(self):
        """List the customers of whoever leaves, each with the successor who knows them best."""
        self.check_access("write")
        for handover in self:
            if handover.state != "draft":
                raise UserError(self.env._("This handover is done."))
            handover._propose_lines()

    def action_hand_over(self):
        """Pass everything on.

        :raise UserError: if it is done already, or somebody is without a successor
        """
        self.check_access("write")
        for handover in self:
            if handover.state != "draft":
                raise UserError(self.env._("This handover is done."))
            if not handover.successor_id or not all(handover.line_ids.mapped("successor_id")):
                raise UserError(
                    self.env._("Choose a successor for every customer, and one for the rest.")
                )
            if handover.user_id in (handover.successor_id | handover.line_ids.successor_id):
                raise UserError(self.env._("Whoever leaves can't be the successor."))
            handover._propose_lines()
            # The activities of a colleague can be anywhere; managers of the app may move them.
            handover.sudo()._hand_over()

    def action_open_lines(self):
        """Open the customers of this handover."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "relationship_insight.relationship_handover_line_action"
            ),
            "domain": [("handover_id", "=", self.id)],
            "context": {},
        }

    # Business

    @api.model
    def _hand_over_users(self, users, reason):
        """Hand over everything of users who are about to go, without asking.

        :param users: res.users, still active
        :return: the handovers made; a user with neither customers nor activities gets none
        """
        handovers = self.sudo().browse()
        busy = {
            user
            for (user,) in self.env["mail.activity"]
            .sudo()
            ._read_group([("user_id", "in", users.ids)], ["user_id"])
        }
        # Customers with a login come and go by the hundred.
        for user in users.sudo().filtered(lambda user: not user.share or user in busy):
            for company in user.company_id | user.company_ids:
                handovers |= (
                    self.sudo()._start(user, user.partner_id, company, reason, users)
                    or self.browse()
                )
        self._keep_the_rest(users)
        return handovers

    @api.model
    def _hand_over_staff(self, staff, company, reason):
        """Hand over the customers of a member of staff without a login."""
        return self.sudo()._start(self.env["res.users"], staff, company, reason)

    @api.model
    def _start(self, user, staff, company, reason, leaving=()):
        leaving = self.env["res.users"].union(user, *leaving)
        successor = self._find_default_successor(user, company, leaving)
        if not successor:
            return None
        handover = self.with_company(company).create(
            {
                "user_id": user.id,
                "staff_id": staff.id,
                "company_id": company.id,
                "reason": reason,
                "successor_id": successor.id,
            }
        )
        if not user.share:
            handover._propose_lines(leaving)
        if not handover.line_ids and not handover.open_activity_count:
            handover.unlink()
            return None
        handover._hand_over()
        return handover

    def _get_default_successor(self):
        self.ensure_one()
        return self._find_default_successor(self.user_id, self.company_id, self.user_id)

    @api.model
    def _find_default_successor(self, user, company, leaving):
        """Return the leader of the leaver's team, or whoever does this, or another manager.

        Nobody outside the company takes over; where nobody else is in it, there is no successor.
        """

        def fits(candidate):
            return (
                candidate.active
                and not candidate.share
                and candidate not in leaving
                and company in candidate.company_ids
            )

        team_leader = user.sudo().crm_team_ids.user_id
        managers = self.env.ref("relationship_insight.group_relationship_manager").sudo()
        for candidate in (*team_leader, self.env.user, *managers.all_user_ids.sorted("id")):
            if fits(candidate.sudo()):
                return candidate
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("share", "=", False),
                    ("id", "not in", leaving.ids),
                    ("company_ids", "in", company.ids),
                ],
                order="id",
                limit=1,
            )
        )

    def _hand_over(self):
        """Pass on customers and activities, plan the introductions, say so to the successors."""
        self.ensure_one()
        # Whoever was chosen may have left the company since.
        self._check_company()
        self.line_ids._check_company()
        self._pass_on_activities()
        self._pass_on_customers()
        self._pass_on_account_teams()
        self._plan_introductions()
        self.state = "done"
        for successor, lines in self.line_ids.grouped("successor_id").items():
            self.message_post(
                body=self.env._(
                    "%(successor)s takes over %(count)s customers from %(leaver)s.",
                    successor=successor.name,
                    count=len(lines),
                    leaver=self.staff_id.name,
                ),
                partner_ids=successor.partner_id.ids,
            )
        self.env["relationship.refresh.queue"]._add(self.line_ids.commercial_partner_id.ids)

    def _pass_on_customers(self):
        if not self.user_id:
            return
        mine = (
            self.env["res.partner"]
            .with_context(active_test=False)
            .search(
                [
                    ("user_id", "=", self.user_id.id),
                    ("company_id", "in", [False, self.company_id.id]),
                ]
            )
            .filtered(lambda partner: self._is_ours(partner.company_id, partner))
        )
        successors = {line.commercial_partner_id: line.successor_id for line in self.line_ids}
        by_successor = mine.grouped(
            lambda partner: successors.get(partner.commercial_partner_id, self.successor_id)
        )
        for successor, partners in by_successor.items():
            partners.with_context(mail_auto_subscribe_no_notify=True).write(
                {"user_id": successor.id}
            )

    def _pass_on_account_teams(self):
        Team = self.env["relationship.account.team"]
        open_rows = Team.search(
            [
                ("staff_id", "=", self.staff_id.id),
                ("company_id", "=", self.company_id.id),
                ("date_to", "=", False),
            ]
        )
        successors = {line.commercial_partner_id: line.successor_id for line in self.line_ids}
        open_rows.filtered(lambda row: row.date_from > self.date).unlink()
        open_rows = open_rows.exists()
        open_rows.write({"date_to": self.date})
        taken = {
            (row.commercial_partner_id, row.company_id, row.staff_id)
            for row in Team.search(
                [
                    ("commercial_partner_id", "in", open_rows.commercial_partner_id.ids),
                    ("date_to", "=", False),
                ]
            )
        }
        vals_list = []
        for row in open_rows:
            successor = successors.get(row.commercial_partner_id, self.successor_id).partner_id
            known = (row.commercial_partner_id, row.company_id, successor) in taken
            if row.role != "primary" and known:
                continue
            vals_list.append(
                {
                    "commercial_partner_id": row.commercial_partner_id.id,
                    "company_id": row.company_id.id,
                    "staff_id": successor.id,
                    "role": row.role,
                    "date_from": self.date,
                }
            )
        Team.create(vals_list)

    def _plan_introductions(self):
        """The most valuable customers are introduced first, a few a day."""
        todo = self.env.ref("mail.mail_activity_data_todo")
        model = self.env["ir.model"]._get_id("res.partner")
        vals_list, rank = [], {}
        lines = self.line_ids.sorted(lambda line: (-line.spend_12m, line.id))
        for line in lines:
            place = rank[line.successor_id] = rank.get(line.successor_id, -1) + 1
            vals_list.append(
                {
                    "activity_type_id": todo.id,
                    "summary": self.env._(
                        "Introduce yourself: you take over from %(name)s", name=self.staff_id.name
                    ),
                    "date_deadline": self.date
                    + timedelta(days=INTRODUCE_WITHIN + place // INTRODUCTIONS_A_DAY),
                    "user_id": line.successor_id.id,
                    "res_model_id": model,
                    "res_id": line.commercial_partner_id.id,
                }
            )
        activities = (
            self.env["mail.activity"]
            .with_context(mail_activity_quick_update=True)
            .create(vals_list)
        )
        for line, activity in zip(lines, activities):
            line.introduction_id = activity

    # What happens to the open activities of a colleague who leaves: none is deleted. To-dos
    # without a document are personal and stay with their owner, save promises of a team.

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
            private.write({"active": False})
        self.write(
            {
                "activity_before": len(activities),
                "activity_moved": sum(map(len, owners.values())),
                "activity_closed": len(private),
            }
        )
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
            lambda activity: (
                promised[activity] == self.company_id and (activity.res_model or activity in notes)
                if activity in promised
                else activity in companies
                and self._is_ours(
                    companies[activity], self.env["res.partner"].browse(customers.get(activity))
                )
            )
        )

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
            result |= {activity: companies.get(activity.res_id, nowhere) for activity in on_model}
        return result

    def _keep_the_rest(self, users):
        """Close what nobody takes over, so that it stays with its owner instead of being deleted.

        Odoo deletes every open activity of a user who is archived.
        """
        activities = self.env["mail.activity"].sudo().search([("user_id", "in", users.ids)])
        # Closed is not done: what was promised is still to be kept.
        self.env["relationship.promise"]._of_activities(activities).activity_id = False
        activities.write({"active": False})

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
        for activity, note in self.env["relationship.note"]._find_by_activities(activities).items():
            result[activity] = note.commercial_partner_id.id
        for model, on_model in activities.grouped("res_model").items():
            if not model or model not in self.env:
                continue
            Model = self.env[model].with_context(active_test=False)
            field = "id" if model == "res.partner" else "partner_id"
            if (
                field not in Model._fields
                or not Model._fields[field].store
                or (field == "partner_id" and Model._fields[field].comodel_name != "res.partner")
            ):
                continue
            records = Model.browse(set(on_model.mapped("res_id"))).exists()
            partners = {
                record.id: (record if field == "id" else record[field]).commercial_partner_id.id
                for record in records
            }
            result.update(
                {
                    activity: partners[activity.res_id]
                    for activity in on_model
                    if partners.get(activity.res_id)
                }
            )
        return result
