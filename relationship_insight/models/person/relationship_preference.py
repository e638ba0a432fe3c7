from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

KINDS = [
    ("like", "Likes"),
    ("dislike", "Dislikes"),
    ("need", "Needs"),
    ("care", "How to care for them"),
    ("wish", "Wishes for"),
]
# A guess or a one-time choice gets old sooner than a habit.
REVIEW_SHARE = {"established": 1, "once": 0.25}
REVIEW_DAYS = 365


class RelationshipPreference(models.Model):
    """One thing to know about a person: how we know it, and when it was last true."""

    _name = "relationship.preference"
    _description = "Preference of a Customer"
    _inherit = ["relationship.guarded", "relationship.of.customer"]
    _order = "state, kind, confirm_count desc, id desc"
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
    kind = fields.Selection(KINDS, required=True, default="like")
    tag_id = fields.Many2one(
        "relationship.preference.tag",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    text = fields.Char(string="In Words")
    steadiness = fields.Selection(
        [
            ("established", "Always"),
            ("once", "This one time"),
        ],
        string="How Steady",
        required=True,
        default="established",
        help="A choice made once is not yet a preference.",
    )
    provenance = fields.Selection(
        [
            ("stated", "They said so"),
            ("observed", "We saw it"),
            ("inferred", "Our guess"),
        ],
        string="How We Know",
        required=True,
        default="stated",
    )
    scope = fields.Selection(
        [
            ("here", "This company"),
            ("everywhere", "All our companies"),
        ],
        string="Where It Holds",
        required=True,
        default="here",
    )
    note_id = fields.Many2one(
        "relationship.note", string="Heard In", index="btree_not_null", ondelete="set null"
    )
    staff_id = fields.Many2one(
        "res.partner",
        string="Noted By",
        ondelete="set null",
        index="btree_not_null",
        default=lambda self: self.env.user.partner_id,
    )
    first_seen = fields.Date(required=True, default=fields.Date.context_today)
    last_confirmed = fields.Date(readonly=True, copy=False)
    confirm_count = fields.Integer(string="Times Confirmed", readonly=True, copy=False)
    review_date = fields.Date(
        string="Ask Again On",
        compute="_compute_review_date",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        help="After this day it is a question, not a fact.",
    )
    sensitive = fields.Boolean(
        compute="_compute_sensitive",
        store=True,
        readonly=False,
        precompute=True,
        help="Shown to Customer Relations and managers only.",
    )
    state = fields.Selection(
        [
            ("current", "True"),
            ("fulfilled", "Fulfilled"),
            ("past", "No longer true"),
        ],
        required=True,
        default="current",
        readonly=True,
        copy=False,
    )
    status = fields.Selection(
        [
            ("fact", "We know"),
            ("ask", "Ask"),
            ("over", "Over"),
        ],
        compute="_compute_status",
        search="_search_status",
    )

    @api.depends("first_seen", "last_confirmed", "steadiness", "tag_id")
    def _compute_review_date(self):
        for preference in self:
            days = preference.tag_id.review_days
            if not days:
                days = preference.company_id.relationship_review_days or REVIEW_DAYS
            days = max(1, round(days * REVIEW_SHARE.get(preference.steadiness, 1)))
            since = preference.last_confirmed or preference.first_seen
            preference.review_date = since and since + timedelta(days=days)

    @api.depends("tag_id")
    def _compute_sensitive(self):
        for preference in self:
            preference.sensitive = preference.sensitive or preference.tag_id.sensitive

    @api.depends("state", "review_date", "provenance", "confirm_count")
    @api.depends_context("tz")
    def _compute_status(self):
        today = fields.Date.context_today(self)
        for preference in self:
            guess = preference.provenance == "inferred" and not preference.confirm_count
            if preference.state != "current":
                preference.status = "over"
            elif guess or (preference.review_date and preference.review_date < today):
                preference.status = "ask"
            else:
                preference.status = "fact"

    def _search_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        current = Domain("state", "=", "current")
        ask = Domain("review_date", "<", fields.Date.context_today(self)) | Domain(
            "provenance", "=", "inferred"
        ) & Domain("confirm_count", "=", 0)
        choices = {"over": ~current, "ask": current & ask, "fact": current & ~ask}
        return Domain.OR(choices[key] for key in value if key in choices)

    @api.depends("kind", "tag_id", "text")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for preference in self:
            what = preference._get_words()
            kind = kinds.get(preference.kind, "")
            preference.display_name = f"{kind}: {what}" if what else kind

    @api.constrains("tag_id", "text")
    def _check_words(self):
        if any(not preference.tag_id and not preference.text for preference in self):
            raise ValidationError(self.env._("Tap a tag, or say in words what there is to know."))

    @api.constrains("note_id", "partner_id")
    def _check_note(self):
        for preference in self:
            note = preference.sudo().note_id
            if note and note.commercial_partner_id != preference.commercial_partner_id:
                raise ValidationError(self.env._("This conversation was with another customer."))
            if note and note.visibility != "company":
                raise ValidationError(
                    self.env._(
                        "Not everyone may read this conversation, so nothing may point to it."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        preferences = super().create(vals_list)
        preferences._check_sensitive_right()
        return preferences

    def write(self, vals):
        res = super().write(vals)
        if vals.get("sensitive") or vals.get("tag_id"):
            self._check_sensitive_right()
        return res

    def _check_sensitive_right(self):
        if (
            any(self.mapped("sensitive"))
            and not self.env.su
            and not self.env.user.has_group("relationship_insight.group_relationship_relations")
        ):
            raise AccessError(
                self.env._("Sensitive things are noted and read by Customer Relations only.")
            )

    def _get_words(self):
        """Return the chip and the words of this preference."""
        self.ensure_one()
        tag = self.tag_id
        parts = [" ".join(filter(None, (tag.emoji, tag.name))), self.text or ""]
        return ", ".join(filter(None, parts))

    # ------------------------------------------------------------
    # One click
    # ------------------------------------------------------------

    def action_confirm(self):
        """Still true: ask again only after the review date."""
        self.check_access("write")
        today = fields.Date.context_today(self)
        # A second tap on the same day is the same answer.
        fresh = self.filtered(lambda p: p.last_confirmed != today or p.state != "current")
        for preference in fresh.sudo():
            preference.write(
                {
                    "last_confirmed": today,
                    "confirm_count": preference.confirm_count + 1,
                    "state": "current",
                }
            )
        self.env["relationship.preference.check"]._log(fresh, "confirmed")
        return True

    def action_end(self):
        """No longer true."""
        return self._close("past")

    def action_fulfil(self):
        """The wish came true, or the need was met."""
        return self._close("fulfilled")

    def _close(self, state):
        self.check_access("write")
        current = self.filtered(lambda p: p.state == "current")
        current.sudo().write({"state": state})
        self.env["relationship.preference.check"]._log(
            current, "ended" if state == "past" else state
        )
        return True
