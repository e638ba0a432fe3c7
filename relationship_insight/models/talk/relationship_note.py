import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from ...tools.sql_once import once

# How deep a talk goes by purpose, when nobody says otherwise (0.25 greeting to 1.5 interview).
DEPTH_BY_PURPOSE = {
    "listen": "1.0",
    "care": "1.0",
    "advise": "0.5",
    "solve": "0.5",
    "complaint": "1.0",
    "sell": "0.5",
}
STAFF_STARTS = {"call_out", "call_missed", "visit"}
# A change of one of these corrects the readings, or the activity, made from the conversation.
FEELING_FIELDS = {
    "channel",
    "company_id",
    "date",
    "feeling_ids",
    "partner_id",
    "staff_id",
    "visibility",
}
PROMISE_FIELDS = {"company_id", "partner_id", "staff_id", "team_id", "visibility"}
# What was said and noted, and with whom: what nobody changes unseen for another.
TRACED = (
    "channel",
    "date",
    "initiator",
    "partner_id",
    "purpose",
    "staff_id",
    "summary",
    "visibility",
)
CHANNELS = {"call_in": "call", "call_out": "call", "call_missed": "call"}


class RelationshipNote(models.Model):
    """One conversation with a customer, or one thing a member of staff observed."""

    _name = "relationship.note"
    _description = "Conversation"
    _inherit = ["relationship.guarded", "relationship.of.customer"]
    _order = "date desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer Entity", compute="_compute_customer", store=True, index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    # Empty once the colleague's contact is deleted, which nothing of ours may block.
    staff_id = fields.Many2one(
        "res.partner",
        index=True,
        ondelete="set null",
        default=lambda self: self.env.user.partner_id,
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        ondelete="set null",
        index="btree_not_null",
        default=lambda self: self.env.user.sale_team_id,
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    channel = fields.Selection(
        string="Where",
        selection=[
            ("store", "In store"),
            ("visit", "Visit"),
            ("call_in", "Customer called"),
            ("call_out", "We called"),
            ("call_missed", "We called, no answer"),
            ("chat", "Chat"),
            ("email", "E-mail"),
            ("event", "Event"),
        ],
        required=True,
        default="store",
    )
    purpose = fields.Selection(
        string="What For",
        selection=[
            ("listen", "Listening"),
            ("care", "Care"),
            ("sell", "Sale"),
            ("advise", "Advice before the sale"),
            ("solve", "Help after the sale"),
            ("complaint", "Complaint"),
        ],
        required=True,
        default="listen",
    )
    initiator = fields.Selection(
        [
            ("staff", "We did"),
            ("customer", "The customer did"),
        ],
        string="Who Started",
        required=True,
        compute="_compute_initiator",
        store=True,
        readonly=False,
        precompute=True,
    )
    depth = fields.Selection(
        [
            ("0.25", "Greeting"),
            ("0.5", "Service"),
            ("1.0", "Real talk"),
            ("1.5", "In-depth interview"),
        ],
        required=True,
        compute="_compute_depth",
        store=True,
        readonly=False,
        precompute=True,
    )
    duration = fields.Float(string="Minutes")
    summary = fields.Text(string="What Was Said")
    visibility = fields.Selection(
        [
            ("me", "Only me"),
            ("team", "My team"),
            ("company", "Everyone who may see conversations"),
        ],
        string="Who May Read It",
        required=True,
        default="company",
        help="Only what everyone may read counts in figures that others see: feelings, bonds, "
        "last talks, who brought whom.",
    )
    feeling_ids = fields.Many2many(
        "relationship.measure",
        string="Feelings",
        domain=[("kind", "=", "emotion"), ("parent_id.code", "=", "M02")],
        help="What the customer felt, as far as you could see.",
    )
    reading_ids = fields.One2many("relationship.reading", "note_id", string="Answers and Feelings")
    promise_ids = fields.One2many(
        "relationship.promise",
        "note_id",
        string="Promises",
        domain=[("state", "!=", "handed"), ("withdrawn", "=", False)],
    )
    # The one line of the composer, the till and the dialog. No dependencies: those would undo in
    # the open dialog what is typed there; a promise that changes takes the old words along.
    promise = fields.Char(
        compute="_compute_promise",
        inverse="_inverse_promise",
        search="_search_promise",
        compute_sudo=True,
        copy=True,
        help="What we said we would do. It becomes an activity.",
    )
    promise_date = fields.Date(
        string="Promised For",
        compute="_compute_promise_date",
        inverse="_inverse_promise",
        search="_search_promise_date",
        compute_sudo=True,
        copy=True,
    )
    order_model = fields.Char(string="Document Type", readonly=True)
    order_id = fields.Many2oneReference(string="Document", model_field="order_model", readonly=True)
    source_key = fields.Char(
        readonly=True,
        copy=False,
        default=lambda self: uuid.uuid4().hex,
        help="Makes a conversation that is sent twice count once.",
    )
    attendee_ids = fields.Many2many(
        "res.partner",
        "relationship_note_attendee",
        "note_id",
        "partner_id",
        string="Who Else Was There",
        domain="[('commercial_partner_id', '=', commercial_partner_id), ('id', '!=', partner_id)]",
        help="Other people of this customer. The talk counts as a talk with each of them.",
    )
    colleague_ids = fields.Many2many(
        "res.partner",
        "relationship_note_colleague",
        "note_id",
        "partner_id",
        string="Colleagues There",
        domain="[('user_ids.share', '=', False)]",
    )
    change_ids = fields.One2many(
        "relationship.note.change", "note_id", string="Corrected by Others", readonly=True
    )

    _source_key_uniq = models.UniqueIndex("(source_key) WHERE source_key IS NOT NULL")
    _bond_idx = models.Index(
        "(commercial_partner_id, company_id, staff_id, date) WHERE visibility = 'company'"
    )
    _author_idx = models.Index("(create_uid, id)")

    @api.depends("channel")
    def _compute_initiator(self):
        for note in self:
            note.initiator = "staff" if note.channel in STAFF_STARTS else "customer"

    @api.depends("purpose")
    def _compute_depth(self):
        for note in self:
            note.depth = DEPTH_BY_PURPOSE.get(note.purpose, "0.5")

    @api.depends("partner_id", "channel", "date")
    def _compute_display_name(self):
        channels = dict(self._fields["channel"]._description_selection(self.env))
        for note in self:
            channel = channels.get(note.channel, "")
            # Of somebody known, somebody erased and nobody yet: never the word for "nothing".
            note.display_name = ", ".join(filter(None, (note.partner_id.display_name, channel)))

    @api.constrains("date")
    def _check_date(self):
        if any(note.date > fields.Datetime.now() for note in self):
            raise ValidationError(self.env._("A conversation can't lie in the future."))

    @api.model_create_multi
    def create(self, vals_list):
        """Create conversations; one whose ``source_key`` is stored already is returned as it is.

        In this order: the conversation with its promises, each with its activity; the readings
        of its feelings; the customer is queued.
        """
        default = self.env.context.get("default_source_key")
        told = [vals.get("source_key") or default for vals in vals_list]
        known = self._find_known(list(filter(None, told)))
        keys = [key or uuid.uuid4().hex for key in told]
        fresh = {
            key: {**self._put_promise_first(vals), "source_key": key}
            for key, vals in zip(keys, vals_list, strict=True)
            if key not in known
        }
        with once(self.env.cr, "This conversation was stored just now."):
            notes = super().create(list(fresh.values()))
        notes._sync_feelings()
        notes._mark_customers_dirty()
        stored = known | dict(zip(fresh, notes.ids, strict=True))
        return self.browse([stored[key] for key in keys])

    @api.model
    def _find_known(self, source_keys):
        """Return {source_key: id} of the caller's own conversations stored under these keys."""
        if not source_keys:
            return {}
        notes = self.sudo().search_fetch([("source_key", "in", source_keys)], ["source_key"])
        if any(note.create_uid != self.env.user for note in notes):
            raise UserError(self.env._("This conversation was sent by somebody else."))
        return {note.source_key: note.id for note in notes}

    def write(self, vals):
        """Change conversations, and what was made of them.

        In this order: promises that are taken off, the conversation with its lines, what it said
        before if it is a colleague's, its feelings, its promises; the customers are queued.
        """
        vals = self._take_promises_off(vals)
        before = self._get_words_of_others() if set(TRACED) & set(vals) else {}
        dirty_before = self._get_shared().commercial_partner_id.ids
        res = super().write(vals)
        self._trace_correction(before)
        if FEELING_FIELDS & set(vals):
            self._sync_feelings()
        if PROMISE_FIELDS & set(vals):
            self.env["relationship.promise"]._follow_notes(self, PROMISE_FIELDS & set(vals))
        self.env["relationship.refresh.queue"]._add(dirty_before)
        self._mark_customers_dirty()
        return res

    def unlink(self):
        """Delete conversations: their promises lose their words, their readings are void."""
        self.check_access("unlink")
        commercial_ids = self._get_shared().commercial_partner_id.ids
        self.env["relationship.promise"]._forget_notes(self)
        self.sudo().reading_ids._void(self.env._("The conversation was deleted."))
        self.sudo().reading_ids.note_id = False
        res = super().unlink()
        self.env["relationship.refresh.queue"]._add(commercial_ids)
        return res

    def _get_shared(self):
        """Return the conversations that everybody who may see conversations may read.

        Nothing that people outside its audience read is made from any other: insight has one row
        per customer, the same for all its readers.
        """
        return self.filtered(lambda note: note.visibility == "company")

    def _mark_customers_dirty(self):
        self.env["relationship.refresh.queue"]._add(self._get_shared().commercial_partner_id.ids)

    @api.constrains("feeling_ids")
    def _check_feelings(self):
        """Staff note feelings; a customer's ratings are the customer's to give."""
        if any(measure.kind != "emotion" for measure in self.feeling_ids):
            raise ValidationError(self.env._("Only feelings can be noted in a conversation."))

    def _sync_feelings(self):
        """Keep one valid reading per feeling of a shared conversation.

        One that is no longer shared leaves none behind, not even a voided one, which others
        could read: its feelings stay in the conversation itself.
        """
        Reading = self.env["relationship.reading"].sudo()
        shared = self._get_shared()
        Reading.search(
            [
                ("note_id", "in", (self - shared).ids),
                ("measure_id.kind", "=", "emotion"),
            ]
        ).unlink()
        wanted = {
            (note.id, measure.id): note._prepare_feeling_vals(measure)
            for note in shared
            for measure in note.feeling_ids
        }
        kept, stale = set(), {}
        for reading in Reading.search([("note_id", "in", self.ids), ("voided", "=", False)]):
            note, key = reading.note_id, (reading.note_id.id, reading.measure_id.id)
            if note in shared and reading.kind != "emotion":
                continue
            if key in wanted and key not in kept and self._is_reading_as(reading, wanted[key]):
                kept.add(key)
            else:
                stale[reading] = key
        missing = [key for key in wanted if key not in kept]
        created = dict(zip(missing, Reading.create([wanted[key] for key in missing])))
        reason = self.env._("The conversation was corrected.")
        for reading, key in stale.items():
            reading._void(reason, created.get(key))

    def _is_reading_as(self, reading, vals):
        return all(
            reading._fields[name].convert_to_write(reading[name], reading) == value
            for name, value in vals.items()
            if name != "value"
        )

    def _prepare_feeling_vals(self, measure):
        """Return the values of the reading for one feeling noted in this conversation."""
        self.ensure_one()
        return {
            "measure_id": measure.id,
            # Staff see that a feeling was there, not how strong: the middle of the scale.
            "value": measure._get_middle(),
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "date": self.date,
            "channel": CHANNELS.get(self.channel, self.channel),
            "staff_id": self.staff_id.id,
            "origin": "staff",
            "note_id": self.id,
            "order_model": self.order_model,
            "order_id": self.order_id,
        }

    # Who else was there: people of the customer, and colleagues.

    def _get_people(self):
        """Return everybody of the customers who took part in these conversations."""
        return self.partner_id | self.sudo().attendee_ids

    @api.onchange("partner_id")
    def _onchange_partner_attendees(self):
        """Only people of the same customer can have been there with them."""
        self.attendee_ids = self.attendee_ids.filtered(
            lambda person: (
                person.commercial_partner_id == self.commercial_partner_id
                and person != self.partner_id
            )
        )

    # ------------------------------------------------------------
    # Promises: lines of their own, of which the first can be said in one line
    # ------------------------------------------------------------

    def _get_said(self):
        """Return the promise of the one line: the first still to be kept, else the last."""
        promises = self.promise_ids.sorted("id")
        return promises._get_going()[:1] or promises[-1:]

    def _compute_promise(self):
        for note in self:
            note.promise = note._get_said().name

    def _compute_promise_date(self):
        for note in self:
            note.promise_date = note._get_said().date_due

    def _search_promise(self, operator, value):
        return self._search_promises("name", operator, value)

    def _search_promise_date(self, operator, value):
        return self._search_promises("date_due", operator, value)

    @api.model
    def _search_promises(self, name, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator == "in" and False in value:
            return Domain("promise_ids", "not any", [(name, "!=", False)]) | Domain(
                "promise_ids", "any", [(name, "in", [each for each in value if each])]
            )
        return Domain("promise_ids", "any", [(name, operator, value)])

    @api.onchange("promise")
    def _onchange_promise(self):
        if self.promise and not self.promise_date:
            self.promise_date = self.env["relationship.promise"]._default_date_due()

    @api.model
    def _put_promise_first(self, vals):
        """Return the values of a new conversation with what is said in one line as its line."""
        vals = dict(vals)
        words, day = vals.pop("promise", False), vals.pop("promise_date", False)
        if words:
            line = {"name": words, **({"date_due": day} if day else {})}
            vals["promise_ids"] = [Command.create(line), *(vals.get("promise_ids") or ())]
        return vals

    def _inverse_promise(self):
        """Say the promise in other words, for another day, or not at all.

        One that was kept or called off stays so; other words promise anew.
        """
        given = [(note, note.promise, note.promise_date) for note in self]
        self.invalidate_recordset(["promise", "promise_date"])
        for note, words, day in given:
            said = note._get_said()
            going = said._get_going()
            vals = {"name": words, **({"date_due": day} if day else {})}
            changed = {name: value for name, value in vals.items() if said[name] != value}
            if not words:
                going._take_off()
            elif going:
                going.write(changed)
            elif words != said.name:
                said.create({"note_id": note.id, **changed})

    def _take_promises_off(self, vals):
        """Withdraw the lines that are taken off; return the values without those commands.

        A promise stays where promises are counted.
        """
        gone = {
            command[1] for command in vals.get("promise_ids") or () if command[0] == Command.DELETE
        }
        if not gone:
            return vals
        self.promise_ids.filtered(lambda promise: promise.id in gone)._take_off()
        return {
            **vals,
            "promise_ids": [
                command for command in vals["promise_ids"] if command[0] != Command.DELETE
            ],
        }

    def _get_promise_user(self):
        """Return who keeps the promises: nobody whom the conversation isn't for."""
        self.ensure_one()
        user = self.env.user
        if self.visibility != "me":
            owner = self.staff_id.sudo().user_ids.filtered(lambda u: not u.share)[:1]
            if self.visibility == "company" or owner in self._get_team_people(self.team_id):
                user = owner or user
        return user

    @api.model
    def _get_team_people(self, team):
        """Return the active users who read what only this team may."""
        team = team.sudo()
        return (team.user_id | team.member_ids).filtered("active")

    @api.model
    def _find_by_activities(self, activities):
        """Return {activity: conversation} of those that remind of a promise made in one."""
        promises = self.env["relationship.promise"]._of_activities(activities)
        return {promise.activity_id: promise.note_id for promise in promises if promise.note_id}

    # ------------------------------------------------------------
    # A colleague's words are corrected, never lost: void and replace, as for readings
    # ------------------------------------------------------------

    def _get_words_of_others(self):
        """Return {conversation: what it says} of those that the user didn't write."""
        if self.env.su:
            return {}
        return {
            note: note._get_traced() for note in self.sudo() if note.create_uid != self.env.user
        }

    def _get_traced(self):
        """Return what this conversation says, one line a field."""
        self.ensure_one()
        lines = []
        for name in TRACED:
            field = self._fields[name]
            value = field.convert_to_export(self[name], self)
            lines.append(f"{field._description_string(self.env)}: {value or '–'}")
        return lines

    @api.model
    def _trace_correction(self, before):
        """Keep the lines of {conversation: what it said} that it doesn't say any more."""
        self.env["relationship.note.change"].sudo().create(
            [
                {"note_id": note.id, "user_id": self.env.uid, "before": "\n".join(lost)}
                for note, old in before.items()
                if (lost := [line for line in old if line not in note._get_traced()])
            ]
        )
