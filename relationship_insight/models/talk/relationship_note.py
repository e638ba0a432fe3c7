import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.sql_once import once

# How deep a talk goes by purpose, when nobody says otherwise (0.25 greeting to 1.5 interview).
DEPTH_BY_PURPOSE = {
    "listen": "1.0", "care": "1.0", "advise": "0.5", "solve": "0.5", "complaint": "1.0",
    "sell": "0.5",
}
STAFF_STARTS = {"call_out", "call_missed", "visit"}
# A change of one of these corrects the readings, or the activity, made from the conversation.
FEELING_FIELDS = {
    "channel", "company_id", "date", "feeling_ids", "partner_id", "staff_id", "visibility",
}
PROMISE_FIELDS = {
    "partner_id", "promise", "promise_date", "staff_id", "team_id", "visibility",
}


class RelationshipNote(models.Model):
    """One conversation with a customer, or one thing a member of staff observed."""

    _name = "relationship.note"
    _description = "Conversation"
    _inherit = ["relationship.guarded", "relationship.of.customer"]
    _order = "date desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade")
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer Entity", compute="_compute_customer", store=True,
        index=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company)
    # Empty once the colleague's contact is deleted, which nothing of ours may block.
    staff_id = fields.Many2one(
        "res.partner", index=True, ondelete="set null",
        default=lambda self: self.env.user.partner_id)
    team_id = fields.Many2one(
        "crm.team", string="Sales Team", ondelete="set null", index="btree_not_null",
        default=lambda self: self.env.user.sale_team_id)
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    channel = fields.Selection([
        ("store", "In store"),
        ("visit", "Visit"),
        ("call_in", "Customer called"),
        ("call_out", "We called"),
        ("call_missed", "We called, no answer"),
        ("chat", "Chat"),
        ("email", "E-mail"),
        ("event", "Event"),
    ], required=True, default="store")
    purpose = fields.Selection([
        ("listen", "Listen"),
        ("care", "Care"),
        ("sell", "Sell"),
        ("advise", "Service before the sale"),
        ("solve", "Service after the sale"),
        ("complaint", "Complaint"),
    ], required=True, default="listen")
    initiator = fields.Selection([
        ("staff", "We did"),
        ("customer", "The customer did"),
    ], string="Who Started", required=True, compute="_compute_initiator", store=True,
        readonly=False, precompute=True)
    depth = fields.Selection([
        ("0.25", "Greeting"),
        ("0.5", "Service"),
        ("1.0", "Real talk"),
        ("1.5", "In-depth interview"),
    ], required=True, compute="_compute_depth", store=True, readonly=False, precompute=True)
    duration = fields.Float(string="Minutes")
    summary = fields.Text(string="What Was Said")
    visibility = fields.Selection([
        ("me", "Only me"),
        ("team", "My team"),
        ("company", "Everyone who may see conversations"),
    ], string="Who May Read It", required=True, default="company",
        help="Only what everyone may read counts in figures that others see: feelings, bonds, "
        "last talks, who brought whom.")
    feeling_ids = fields.Many2many(
        "relationship.measure", string="Feelings",
        domain=[("kind", "=", "emotion"), ("parent_id.code", "=", "M02")],
        help="What the customer felt, as far as you could see.")
    reading_ids = fields.One2many("relationship.reading", "note_id", string="Readings")
    promise = fields.Char(help="What we said we would do. It becomes an activity.")
    promise_date = fields.Date(
        string="Promised For", default=lambda self: fields.Date.add(
            fields.Date.context_today(self), days=3))
    promise_activity_id = fields.Many2one(
        "mail.activity", readonly=True, ondelete="set null",
        index="btree_not_null")
    order_model = fields.Char(string="Document Type", readonly=True)
    order_id = fields.Many2oneReference(
        string="Document", model_field="order_model", readonly=True)
    source_key = fields.Char(
        readonly=True, copy=False, default=lambda self: uuid.uuid4().hex,
        help="Makes a conversation that is sent twice count once.")

    _source_key_uniq = models.UniqueIndex("(source_key) WHERE source_key IS NOT NULL")
    _bond_idx = models.Index(
        "(commercial_partner_id, company_id, staff_id, date) WHERE visibility = 'company'")
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
            note.display_name = f"{note.partner_id.display_name}, {channel}"

    @api.constrains("date")
    def _check_date(self):
        if any(note.date > fields.Datetime.now() for note in self):
            raise ValidationError(self.env._("A conversation can't lie in the future."))

    @api.model_create_multi
    def create(self, vals_list):
        """Create conversations; one whose ``source_key`` is stored already is returned as it is."""
        default = self.env.context.get("default_source_key")
        told = [vals.get("source_key") or default for vals in vals_list]
        known = self._find_known(list(filter(None, told)))
        keys = [key or uuid.uuid4().hex for key in told]
        fresh = {
            key: {**vals, "source_key": key} for key, vals in zip(keys, vals_list, strict=True)
            if key not in known}
        with once(self.env.cr, "This conversation was stored just now."):
            notes = super().create(list(fresh.values()))
        notes._sync_feelings()
        notes._sync_promises()
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
        dirty_before = self._get_shared().commercial_partner_id.ids
        res = super().write(vals)
        if FEELING_FIELDS & set(vals):
            self._sync_feelings()
        if PROMISE_FIELDS & set(vals):
            self._sync_promises(PROMISE_FIELDS & set(vals))
        self.env["relationship.refresh.queue"]._add(dirty_before)
        self._mark_customers_dirty()
        return res

    def unlink(self):
        commercial_ids = self._get_shared().commercial_partner_id.ids
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
