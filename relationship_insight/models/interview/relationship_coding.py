from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ...tools.anchors import fingerprint, reanchor, snap


class RelationshipCoding(models.Model):
    """Words of a turn that one coder marked with a theme: a place and what is known of it.

    The words themselves are never copied: who shows them reads the turn, and shows nothing where
    they aren't what they were.
    """

    _name = "relationship.coding"
    _description = "Marked Words"
    _inherit = "relationship.guarded"
    _order = "turn_id, start, id"
    _rec_name = "code_id"

    turn_id = fields.Many2one(
        "relationship.interview.turn", required=True, index=True, ondelete="cascade"
    )
    interview_id = fields.Many2one(
        related="turn_id.interview_id", store=True, index=True, string="Interview"
    )
    company_id = fields.Many2one(related="turn_id.company_id", store=True, index=True)
    code_id = fields.Many2one(
        "relationship.code", string="Theme", required=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Coder",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
    )
    start = fields.Integer(string="From", required=True, aggregator=None)
    end = fields.Integer(string="To", required=True, aggregator=None)
    # Made when the place is, never when the text changes: so it tells what has changed.
    digest = fields.Char(compute="_compute_digest", store=True)
    lost = fields.Boolean(
        string="Words Have Changed",
        readonly=True,
        help="The words were corrected, and these aren't found any more: mark them anew.",
    )
    memo = fields.Text(string="Note")
    words = fields.Text(compute="_compute_words")

    # Looked at when a statement is over: places of one text move all at once.
    _once_uniq = models.Constraint(
        'UNIQUE(turn_id, code_id, user_id, "start", "end") DEFERRABLE INITIALLY IMMEDIATE',
        "You have marked these words so already.",
    )
    _span_check = models.Constraint('CHECK("start" >= 0 AND "end" > "start")', "Mark some words.")

    @api.depends("turn_id", "start", "end")
    def _compute_digest(self):
        for coding in self:
            coding.digest = fingerprint((coding.turn_id.text or "")[coding.start : coding.end])

    @api.depends("turn_id.text", "start", "end", "digest", "lost")
    def _compute_words(self):
        for coding in self:
            words = (coding.turn_id.text or "")[coding.start : coding.end]
            same = not coding.lost and fingerprint(words) == coding.digest
            coding.words = words if same else False

    # ------------------------------------------------------------
    # Marking
    # ------------------------------------------------------------

    def _add_precomputed_values(self, vals_list):
        # First whether one may read what is pointed at; then what stands there.
        self._check_referenced(vals_list)
        Turn = self.env["relationship.interview.turn"]
        for vals in vals_list:
            turn = Turn.browse(vals.get("turn_id"))
            turn.interview_id._check_may_code(self.env.user)
            vals.update(self._place(turn, vals.get("start"), vals.get("end")))
        return super()._add_precomputed_values(vals_list)

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        self._check_own()
        if not {"start", "end"} & set(vals):
            return super().write(vals)
        self.ensure_one()
        place = self._place(self.turn_id, vals.get("start", self.start), vals.get("end", self.end))
        res = super().write({**vals, **place})
        self.sudo().lost = False
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_others(self):
        if not self.env.su:
            self._check_own()

    def _check_own(self):
        """Only one's own marks, and only until the coders have compared."""
        if self.filtered(lambda coding: coding.user_id != self.env.user):
            raise AccessError(self.env._("Only whoever marked these words changes it."))
        self.interview_id._check_may_code(self.env.user)

    @api.model
    def _place(self, turn, start, end):
        """Return the values of a place, as wide as needed for whole signs."""
        text = turn.text or ""
        try:
            start, end = snap(text, int(start or 0), int(end or 0))
        except (TypeError, ValueError) as error:
            raise ValidationError(self.env._("These words don't stand there.")) from error
        if not text[start:end].strip():
            raise ValidationError(self.env._("Mark some words."))
        return {"start": start, "end": end}

    def _recode(self, code):
        """Give these marks another theme (sudo for marks of others); no place counts twice."""
        known = {
            (coding.turn_id, coding.user_id, coding.start, coding.end)
            for coding in self.sudo().search(
                [("code_id", "=", code.id), ("turn_id", "in", self.turn_id.ids)]
            )
        }
        doubled = self.sudo().browse()
        for coding in self.sudo():
            place = (coding.turn_id, coding.user_id, coding.start, coding.end)
            if place in known:
                doubled += coding
            known.add(place)
        doubled.unlink()
        (self.sudo() - doubled).write({"code_id": code.id})

    def _follow(self, old, new):
        """Move along with a corrected text (sudo); what isn't found any more is marked as lost."""
        kept = self.filtered(lambda coding: not coding.lost)
        places = reanchor(old, new, [(coding.start, coding.end) for coding in kept])
        taken = set()
        for coding, place in zip(kept, places):
            key = (coding.code_id, coding.user_id, place)
            if place and key not in taken:
                taken.add(key)
            else:
                place = None
            coding._move(place)

    def _move(self, place):
        if place is None:
            self.write({"lost": True})
        elif place != (self.start, self.end):
            self.write({"start": place[0], "end": place[1]})
