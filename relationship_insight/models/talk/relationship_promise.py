from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, plaintext2html

PROMISE_GRACE = 14
STATES = [
    ("open", "Open"),
    ("kept", "Kept in time"),
    ("late", "Kept late"),
    ("broken", "Broken"),
    ("handed", "Handed over"),
    ("cancelled", "Called off"),
]
# Still to be kept: a broken one may be yet, late.
GOING = ("open", "broken")
# What a promise has from its conversation; a change of the last three may change the owner.
OF_NOTE = ("partner_id", "company_id", "team_id", "visibility")
OWNER_FIELDS = {"staff_id", "team_id", "visibility"}
# {field of the activity: what changes it}
FACE = {
    "summary": {"name"},
    "date_deadline": {"date_due"},
    "user_id": OWNER_FIELDS,
    "note": set(OF_NOTE),
}


class RelationshipPromise(models.Model):
    """What we said we would do. It outlives the activity that reminds of it.

    Its words and its day are said here, in a line of the conversation; the rest is kept by code.
    """

    _name = "relationship.promise"
    _inherit = ["relationship.guarded", "relationship.of.customer"]
    _description = "Promise"
    _order = "date_due desc, id desc"

    name = fields.Char(string="Promise")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null", ondelete="set null"
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Customer Entity",
        compute="_compute_customer",
        store=True,
        index="btree_not_null",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    staff_id = fields.Many2one(
        "res.partner", string="Owner", readonly=True, index=True, ondelete="set null"
    )
    team_id = fields.Many2one(
        "crm.team", string="Sales Team", readonly=True, ondelete="set null", index="btree_not_null"
    )
    user_id = fields.Many2one("res.users", string="Promised By", readonly=True, ondelete="set null")
    visibility = fields.Selection(
        [
            ("me", "Only me"),
            ("team", "My team"),
            ("company", "Everyone who may see conversations"),
        ],
        string="Who May Read It",
        required=True,
        readonly=True,
        default="company",
    )
    note_id = fields.Many2one(
        "relationship.note", string="Conversation", index="btree_not_null", ondelete="set null"
    )
    withdrawn = fields.Boolean(
        string="Taken Off", readonly=True, help="Its conversation doesn't say it any more."
    )
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )
    handed_from_id = fields.Many2one(
        "relationship.promise",
        string="Taken Over From",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    date_made = fields.Date(string="Promised On", required=True, readonly=True)
    date_due = fields.Date(
        string="Due",
        required=True,
        default=lambda self: self._default_date_due(),
        help="The day given to the customer. Moved only while it isn't past.",
    )
    date_done = fields.Date(string="Done", readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="open")
    is_overdue = fields.Boolean(
        string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )

    _open_idx = models.Index("(date_due) WHERE state = 'open'")
    _staff_idx = models.Index("(staff_id, company_id, date_due)")

    @api.model
    def _default_date_due(self):
        return fields.Date.context_today(self) + timedelta(days=3)

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
    # Lines of a conversation
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Promise something; what is promised in a conversation becomes an activity."""
        promises = super().create(vals_list)
        promises._forget_cached()
        promises.filtered(lambda p: p.note_id and not (p.activity_id or p.handed_from_id))._remind(
            {"name"}
        )
        return promises

    def _add_missing_default_values(self, values):
        note_id = values.get("note_id") or self.env.context.get("default_note_id")
        note = self.env["relationship.note"].sudo().browse(note_id).exists()
        if not note_id and not self.env.su:
            raise UserError(self.env._("Write a promise down in the conversation it was made in."))
        return super()._add_missing_default_values({**self._get_note_vals(note), **values})

    @api.model
    def _get_note_vals(self, note):
        """Return what a promise has from its conversation."""
        if not note:
            return {}
        return {
            **{name: note._fields[name].convert_to_write(note[name], note) for name in OF_NOTE},
            "user_id": note.create_uid.id,
            "staff_id": note._get_promise_user().partner_id.id,
            "date_made": note.date.date(),
        }

    def write(self, vals):
        """Say a promise in other words or for another day; a day that is past stays."""
        said = {"name", "date_due"} & set(vals)
        if said and not self.env.su:
            if self._get_going() != self:
                raise UserError(
                    self.env._(
                        "What was kept or called off stays so. Add a line for what you promise now."
                    )
                )
            self._trace_correction()
        past = self.browse()
        if "date_due" in vals:
            today = fields.Date.context_today(self)
            past = self.filtered(lambda promise: promise.date_due < today)
            super(RelationshipPromise, past).write(
                {name: value for name, value in vals.items() if name != "date_due"}
            )
        res = super(RelationshipPromise, self - past).write(vals)
        self._forget_cached()
        if said:
            self._remind(said, vals.get("date_due"))
        return res

    def _forget_cached(self):
        """Let the conversations find out anew what their lines and their one line are."""
        self.sudo().note_id.invalidate_recordset(["promise", "promise_date", "promise_ids"])

    def _take_off(self):
        """Take promises off their conversation. Whether one was kept stays."""
        self.check_access("write")
        if not self.env.su:
            self._trace_correction()
        promises = self.sudo()
        promises.withdrawn = True
        promises._get_going()._withdraw()
        promises.activity_id.filtered("active").unlink()

    def _trace_correction(self):
        """Keep what these promises said, where somebody else than their author changes them."""
        self.env["relationship.note.change"].sudo().create(
            [
                {
                    "note_id": promise.note_id.id,
                    "user_id": self.env.uid,
                    "before": f"{promise.name} ({promise.date_due})",
                }
                for promise in self.sudo()
                if promise.note_id and promise.note_id.create_uid != self.env.user
            ]
        )

    @api.model
    def _follow_notes(self, notes, changed):
        """Bring all promises of these conversations in step with them.

        :param set changed: names of the fields of the conversation that were written
        """
        promises = self.sudo().search([("note_id", "in", notes.ids)])
        for note, said in promises.grouped("note_id").items():
            said.write({name: note[name] for name in OF_NOTE})
        promises._remind(changed)

    @api.model
    def _forget_notes(self, notes):
        """The words go with the conversation; whether the promise was kept stays."""
        promises = self.sudo().search([("note_id", "in", notes.ids)])
        promises.activity_id.filtered("active").unlink()
        promises.filtered(lambda promise: promise.visibility == "me").unlink()
        promises = promises.exists()
        promises._get_going()._withdraw()
        promises.name = False

    # ------------------------------------------------------------
    # In step with the activities: each promise still to be kept has one
    # ------------------------------------------------------------

    def _remind(self, changed, day=None):
        """Bring the activities in step with their promises.

        One that was deleted comes back only with other words.

        :param set changed: names of the fields of the promise or its conversation that changed
        :param day: what to be reminded of on another day than the promised one
        """
        missing = {}
        # In sudo: staff who may not edit the customer still may promise them something.
        for promise in self.sudo()._get_going():
            activity = promise.activity_id.filtered("active")
            if not activity and "name" not in changed:
                continue
            user = activity.user_id
            if not user or OWNER_FIELDS & changed:
                user = promise._get_user()
                promise.staff_id = user.partner_id  # Corrected, not handed over
            vals = promise._prepare_activity_vals(user, day)
            if not activity or (activity.res_model_id.id, activity.res_id) != (
                vals["res_model_id"],
                vals["res_id"],
            ):
                activity.unlink()
                missing[promise] = vals
                continue
            activity.write(
                {
                    name: vals[name]
                    for name, causes in FACE.items()
                    if causes & changed
                    and (
                        activity._fields[name].convert_to_write(activity[name], activity)
                        != vals[name]
                    )
                }
            )
        if missing:
            activities = self.env["mail.activity"].sudo().create(list(missing.values()))
            for promise, activity in zip(missing, activities):
                promise.activity_id = activity

    def _get_user(self):
        """Return who is to be reminded."""
        if self.note_id:
            return self.note_id._get_promise_user()
        return self.staff_id.user_ids.filtered(lambda user: not user.share)[:1] or self.user_id

    def _prepare_activity_vals(self, user, day=None):
        """Return the values of the activity.

        It never carries what was said. One everybody may see stands on the customer, unless
        several companies share them; the others belong to one user alone, since all employees
        read a customer's activities.
        """
        self.ensure_one()
        vals = {
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "summary": self.name,
            "date_deadline": fields.Date.to_date(day) or self.date_due,
            "user_id": user.id,
            "res_model_id": False,
            "res_id": False,
            "note": False,
        }
        if self.visibility == "company" and self.partner_id:
            vals.update(self.partner_id._get_activity_place(self.company_id))
        if not vals["res_id"]:
            vals["note"] = plaintext2html(
                self.env._("Promised to %(customer)s.", customer=self.partner_id.display_name or "")
            )
        return vals

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
            if promise.date_due != activity.date_deadline:
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
            promise.write(
                {"date_done": day, "state": "kept" if day <= promise.date_due else "late"}
            )

    def _pass_on(self, staff):
        """Close the promise for its owner; return the one that the other has from now on."""
        self.ensure_one()
        values = self.copy_data(
            {
                "staff_id": staff.id,
                "handed_from_id": self.id,
                "activity_id": self.activity_id.id,
                "state": "open",
                "date_done": False,
            }
        )[0]
        self.write(
            {
                "state": "handed",
                "date_done": fields.Date.context_today(self),
                "activity_id": False,
            }
        )
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
            new.activity_id = (
                self.env["mail.activity"]
                .sudo()
                .with_context(mail_activity_quick_update=True)
                .create(new._prepare_activity_vals(user))
            )
            taken |= new
        return taken

    @api.model
    def _cron_break(self):
        """Count as broken what is long past and was never done."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
            UPDATE relationship_promise promise SET state = 'broken'
              FROM res_company company
             WHERE company.id = promise.company_id AND promise.state = 'open'
               AND promise.date_due + COALESCE(company.relationship_promise_grace, %s)
                   < CURRENT_DATE
            """,
                PROMISE_GRACE,
            )
        )
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
            lambda p: (
                p.staff_id == self.env.user.partner_id
                or p.user_id == self.env.user
                or p.team_id.user_id == self.env.user
            )
        )
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
        return self.search(
            [
                ("staff_id", "=", user.partner_id.id),
                ("state", "=", "open"),
                ("company_id", "in", self.env.companies.ids),
                ("date_due", "<=", fields.Date.context_today(self) + timedelta(days=days)),
            ],
            order="date_due, id",
            limit=20,
        )
