from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

PROMISE_GRACE = 14
STATES = [
    ("open", "Open"),
    ("kept", "Kept"),
    ("late", "Kept late"),
    ("broken", "Broken"),
    ("handed", "Handed over"),
    ("cancelled", "Called off"),
]
# Still to be kept: a broken one may be yet, late.
GOING = ("open", "broken")


class RelationshipPromise(models.Model):
    """The ledger of what we said we would do. It outlives the activity that reminds of it."""

    _name = "relationship.promise"
    _inherit = "relationship.of.customer"
    _description = "Promise"
    _order = "date_due desc, id desc"

    name = fields.Char(string="Promise", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null",
        ondelete="set null")
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer Entity", compute="_compute_customer", store=True,
        index="btree_not_null")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    staff_id = fields.Many2one(
        "res.partner", string="Owner", readonly=True, index=True, ondelete="set null")
    team_id = fields.Many2one(
        "crm.team", string="Sales Team", readonly=True, ondelete="set null",
        index="btree_not_null")
    user_id = fields.Many2one(
        "res.users", string="Promised By", readonly=True, ondelete="set null")
    visibility = fields.Selection([
        ("me", "Only me"),
        ("team", "My team"),
        ("company", "Everyone who may see conversations"),
    ], string="Who May Read It", required=True, readonly=True, default="company")
    note_id = fields.Many2one(
        "relationship.note", string="Conversation", readonly=True, index="btree_not_null",
        ondelete="set null")
    further_id = fields.Many2one(
        "relationship.note.further", string="Further Promise", readonly=True, ondelete="set null",
        index="btree_not_null")
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null")
    handed_from_id = fields.Many2one(
        "relationship.promise", string="Taken Over From", readonly=True,
        index="btree_not_null", ondelete="set null")
    date_made = fields.Date(string="Promised On", required=True, readonly=True)
    date_due = fields.Date(
        string="Due", required=True, readonly=True,
        help="The day given to the customer. Moved only while it isn't past.")
    date_done = fields.Date(string="Done", readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="open")
    is_overdue = fields.Boolean(
        string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue")

    _open_idx = models.Index("(date_due) WHERE state = 'open'")
    _staff_idx = models.Index("(staff_id, company_id, date_due)")

    @api.depends("state", "date_due")
    @api.depends_context("tz")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for promise in self:
            promise.is_overdue = promise.state == "open" and promise.date_due < today

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("state", "=", "open"), ("date_due", "<", fields.Date.context_today(self))]

    # ------------------------------------------------------------
    # In step with the activities
    # ------------------------------------------------------------

    @api.model
    def _of_activities(self, activities):
        """Return the open promises behind these activities, and those that one may reopen."""
        return self.sudo().search([("activity_id", "in", activities.ids)])

    def _follow_activities(self):
        """Take over what happened to the activities: done, moved, given to a colleague."""
        today = fields.Date.context_today(self)
        for promise in self:
            activity = promise.activity_id
            if not activity.active:
                if promise.state in GOING:
                    promise._settle(activity.date_done or today)
                continue
            if promise.state in ("kept", "late"):
                promise.write({"state": "open", "date_done": False})
            if promise.state not in GOING:
                continue
            owner = activity.user_id.partner_id
            if owner and owner != promise.staff_id:
                promise = promise._pass_on(owner)
            # A day that is past is not made good by moving it.
            if promise.date_due >= today:
                promise.date_due = activity.date_deadline

    def _get_going(self):
        """Return those of these promises that are still to be kept."""
        return self.filtered(lambda promise: promise.state in GOING)

    def _withdraw(self):
        """Close open promises that were never made after all, or are made anew."""
        self.write({"state": "cancelled", "date_done": fields.Date.context_today(self)})

    def _forget_person(self, _deleted):
        """Nobody is left to keep an open promise to."""
        self._get_going()._withdraw()

    def _settle(self, day):
        for promise in self:
            promise.write({
                "date_done": day, "state": "kept" if day <= promise.date_due else "late"})

    def _pass_on(self, staff):
        """Close the promise for its owner; return the one that the other has from now on."""
        self.ensure_one()
        values = self.copy_data({
            "staff_id": staff.id, "handed_from_id": self.id, "activity_id": self.activity_id.id,
            "state": "open", "date_done": False,
        })[0]
        self.write({
            "state": "handed", "date_done": fields.Date.context_today(self),
            "activity_id": False,
        })
        return self.create(values)

    def _hand_over(self, user):
        """Give open promises to another user, with a new activity where theirs was deleted.

        :return: the promises of the new owner
        """
        promises = self.sudo()._get_going()
        taken = self.browse().sudo()
        for promise in promises:
            activity = promise.activity_id
            if activity.active:
                activity.with_context(mail_activity_quick_update=True).user_id = user
                taken |= self._of_activities(activity).filtered(lambda p: p.state != "handed")
                continue
            new = promise._pass_on(user.partner_id)
            new.activity_id = self.env["mail.activity"].sudo().with_context(
                mail_activity_quick_update=True, relationship_no_promise=True,
            ).create(new._prepare_activity_vals(user))
            taken |= new
        return taken

    def _prepare_activity_vals(self, user):
        self.ensure_one()
        vals = {
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "summary": self.name,
            "date_deadline": self.date_due,
            "user_id": user.id,
        }
        if self.visibility == "company" and self.partner_id:
            vals.update(self.partner_id._get_activity_place(self.company_id))
        return vals

    @api.model
    def _cron_break(self):
        """Count as broken what is long past and was never done."""
        self.flush_model()
        self.env.cr.execute(SQL(
            """
            UPDATE relationship_promise promise SET state = 'broken'
              FROM res_company company
             WHERE company.id = promise.company_id AND promise.state = 'open'
               AND promise.date_due + COALESCE(company.relationship_promise_grace, %s)
                   < CURRENT_DATE
            """, PROMISE_GRACE))
        self.invalidate_model(["state"])

    # ------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------

    def _check_owner(self):
        """Only the owner, the owner's team leader and Customer Relations settle a promise."""
        self.check_access("read")
        if self.env.user.has_group("relationship_insight.group_relationship_relations"):
            return
        mine = self.filtered(
            lambda p: p.staff_id == self.env.user.partner_id or p.user_id == self.env.user
            or p.team_id.user_id == self.env.user)
        if mine != self:
            raise AccessError(self.env._("This promise is a colleague's."))

    def action_keep(self):
        """Done: close the promise and the activity behind it."""
        self._check_owner()
        for promise in self.sudo()._get_going():
            activity = promise.activity_id
            if activity.active:
                activity.with_user(self.env.user).sudo().action_feedback()
            else:
                promise._settle(fields.Date.context_today(self))
        return True

    def action_break(self):
        """It can't be kept any more."""
        return self._close("broken")

    def action_call_off(self):
        """The customer no longer wants it; it counts neither way."""
        return self._close("cancelled")

    def _close(self, state):
        self._check_owner()
        promises = self.sudo()._get_going()
        promises.write({"state": state, "date_done": fields.Date.context_today(self)})
        promises.activity_id.filtered("active").unlink()
        return True

    @api.model
    def _get_due(self, user, days=1):
        """Return the user's open promises that are due within these days."""
        return self.search([
            ("staff_id", "=", user.partner_id.id),
            ("state", "=", "open"),
            ("company_id", "in", self.env.companies.ids),
            ("date_due", "<=", fields.Date.context_today(self) + timedelta(days=days)),
        ], order="date_due, id", limit=20)
