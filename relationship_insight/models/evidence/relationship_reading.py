from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

# Only the customer's own words count as attitude; what staff noticed is kept apart.
DIRECT_ORIGINS = ("survey", "pulse", "interview", "import")
UNSCORED_KINDS = ("awareness", "count", "text")


class RelationshipReading(models.Model):
    """One answer or one noted feeling: append-only, corrected by voiding and replacing."""

    _name = "relationship.reading"
    _description = "Answer or Feeling"
    _inherit = ["relationship.guarded", "relationship.of.customer", "relationship.staff.floor"]
    _order = "date desc, id desc"
    _rec_name = "measure_id"

    measure_id = fields.Many2one(
        "relationship.measure",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("answerable", "=", True)],
    )
    kind = fields.Selection(related="measure_id.kind")
    facet = fields.Selection(related="measure_id.facet", store=True, precompute=True)
    valence = fields.Selection(related="measure_id.valence", store=True, precompute=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", index="btree_not_null", ondelete="set null"
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Customer Entity",
        compute="_compute_customer",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    value = fields.Float(aggregator="avg")
    na = fields.Boolean(
        string="Not Applicable", help="The customer didn't know or it didn't apply: never a number."
    )
    score = fields.Float(
        string="Score (0-100)",
        compute="_compute_score",
        store=True,
        precompute=True,
        aggregator="avg",
        help="The answer on a scale from 0 to 100, reversed items turned around.",
    )
    text = fields.Text()
    competitor_id = fields.Many2one(
        "relationship.competitor",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty when the answer is about us.",
    )
    channel = fields.Selection(
        [
            ("store", "In store"),
            ("visit", "Visit"),
            ("call", "Phone"),
            ("email", "E-mail"),
            ("web", "Web page"),
            ("chat", "Chat"),
            ("sms", "SMS"),
            ("event", "Event"),
        ]
    )
    staff_id = fields.Many2one(
        "res.partner",
        string="About Staff",
        index="btree_not_null",
        ondelete="set null",
        help="The staff member the answer is about.",
    )
    origin = fields.Selection(
        [
            ("survey", "Survey"),
            ("pulse", "Pulse"),
            ("staff", "Noted by staff"),
            ("pos", "Point of Sale"),
            ("interview", "Interview"),
            ("import", "Import"),
        ],
        required=True,
        default="staff",
    )
    lang = fields.Char(string="Language", default=lambda self: self.env.lang)
    version = fields.Integer(string="Wording Version", readonly=True)
    user_input_id = fields.Many2one(
        "survey.user_input", string="Survey Answer", index="btree_not_null", ondelete="set null"
    )
    note_id = fields.Many2one(
        "relationship.note", string="Conversation", index="btree_not_null", ondelete="cascade"
    )
    order_model = fields.Char(string="Order Type", readonly=True)
    order_id = fields.Many2oneReference(model_field="order_model", readonly=True)
    source_key = fields.Char(
        readonly=True, copy=False, help="Makes a repeated submission count once."
    )
    voided = fields.Boolean(string="Set Aside", readonly=True)
    void_reason = fields.Char(string="Set Aside Because", readonly=True)
    void_date = fields.Datetime(string="Set Aside On", readonly=True)
    replaced_by_id = fields.Many2one(
        "relationship.reading", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _source_key_uniq = models.UniqueIndex("(source_key) WHERE source_key IS NOT NULL")
    _customer_idx = models.Index(
        "(commercial_partner_id, company_id, date) WHERE voided IS NOT TRUE"
    )
    _void_reason_given = models.Constraint(
        "CHECK(voided IS NOT TRUE OR void_reason IS NOT NULL)",
        "Say why this answer is set aside.",
    )

    @api.depends("measure_id", "value", "na")
    def _compute_score(self):
        for reading in self:
            reading.score = reading.measure_id._get_score(reading.value, reading.na)

    @api.constrains("measure_id", "value", "na", "text", "date")
    def _check_reading(self):
        now = fields.Datetime.now()
        for reading in self:
            error = self._get_reading_error(
                reading.measure_id, reading.value, reading.na, reading.text, reading.date, now
            )
            if error:
                raise ValidationError(error)

    def _forget_person(self, _deleted):
        """An answer in words is nothing without them."""
        self.filtered(lambda reading: reading.kind == "text").write({"text": False, "na": True})

    @api.model
    def _get_reading_error(self, measure, value, na, text, date, now):
        """Say in one sentence why these values can't be a reading, or return None."""
        if not measure.answerable:
            return self.env._(
                "%(measure)s is computed from its items and can't be answered itself.",
                measure=measure.name,
            )
        if date > now:
            return self.env._("The date %(date)s lies in the future.", date=date)
        if na:
            return None
        if measure.kind == "text":
            return (
                None
                if (text or "").strip()
                else self.env._("%(measure)s needs a text.", measure=measure.name)
            )
        if measure.kind == "count":
            return (
                None
                if value >= 0
                else self.env._("%(measure)s can't be below zero.", measure=measure.name)
            )
        if not measure.scale_min <= value <= measure.scale_max:
            return self.env._(
                "%(measure)s goes from %(low)g to %(high)g; %(value)g is outside.",
                measure=measure.name,
                low=measure.scale_min,
                high=measure.scale_max,
                value=value,
            )
        steps = (value - measure.scale_min) / measure.step
        if abs(steps - round(steps)) > 1e-6:
            return self.env._(
                "%(measure)s has no value %(value)g; values go up in steps of %(step)g.",
                measure=measure.name,
                value=value,
                step=measure.step,
            )
        return None

    @api.model_create_multi
    def create(self, vals_list):
        readings = super().create(vals_list)
        readings._mark_customers_dirty()
        if any(vals.get("text") for vals in vals_list):
            self.env["relationship.mention"]._queue(readings.sudo())
        return readings

    def _prepare_create_values(self, vals_list):
        self._check_referenced(vals_list)
        measures, partners = (
            self.env[comodel].sudo().browse({vals[name] for vals in vals_list if vals.get(name)})
            for name, comodel in (
                ("measure_id", "relationship.measure"),
                ("partner_id", "res.partner"),
            )
        )
        return super()._prepare_create_values(
            [{**vals, **self._prepare_copied(vals, measures, partners)} for vals in vals_list]
        )

    def _add_precomputed_values(self, vals_list):
        self._check_origins({vals.get("origin") for vals in vals_list})
        return super()._add_precomputed_values(vals_list)

    @api.model
    def _check_origins(self, origins):
        """What a customer answered comes in by their answering; by hand staff note and import."""
        if self.env.su:
            return
        by_hand = {"staff", None}
        if self.env.user.has_group("relationship_insight.group_relationship_relations"):
            by_hand |= {"import", "interview"}
        if origins - by_hand:
            raise AccessError(
                self.env._("You may not add answers with this origin or for this company.")
            )

    @api.model
    def _prepare_copied(self, vals, measures, partners):
        """Return what a reading keeps of its measure and customer.

        Given at once, none of it is computed on a record that isn't there yet: on a page that
        many answer at once, that is a good part of the time.

        :param measures: those of all new readings, read together
        :param partners: their customers
        """
        copied = {"version": 1}
        if vals.get("measure_id"):
            measure = measures.browse(vals["measure_id"]).with_prefetch(measures.ids)
            copied.update(version=measure.version, facet=measure.facet, valence=measure.valence)
            if "value" in vals:
                copied["score"] = measure._get_score(vals["value"] or 0, vals.get("na"))
        if "partner_id" in vals and "commercial_partner_id" not in vals:
            partner = partners.browse(vals["partner_id"] or ()).with_prefetch(partners.ids)
            copied["commercial_partner_id"] = partner.commercial_partner_id.id
        return copied

    def write(self, vals):
        if not self.env.su:
            raise UserError(
                self.env._("An answer stays as it was given. Set it aside and add a new one.")
            )
        res = super().write(vals)
        self._mark_customers_dirty()
        return res

    def _mark_customers_dirty(self):
        self.env["relationship.refresh.queue"]._add(self.sudo().commercial_partner_id.ids)

    @api.model
    def _create_once(self, vals_list):
        """Create the readings whose ``source_key`` is not stored yet.

        :param vals_list: values of readings, each with a ``source_key``
        :return: the new readings; a replay returns an empty recordset
        """
        keys = [vals["source_key"] for vals in vals_list]
        known = {
            row["source_key"]
            for row in self.sudo().search_read([("source_key", "in", keys)], ["source_key"])
        }
        fresh = {vals["source_key"]: vals for vals in vals_list}
        return self.create([vals for key, vals in fresh.items() if key not in known])

    def _void(self, reason, replacement=None):
        """Take readings out of every figure, keeping them readable.

        :param str reason: why, shown beside the reading
        :param replacement: the reading that takes its place, if any
        """
        self.sudo().write(
            {
                "voided": True,
                "void_reason": reason,
                "void_date": fields.Datetime.now(),
                "replaced_by_id": replacement.id if replacement else False,
            }
        )
        self.env["relationship.mention"].sudo().search([("reading_id", "in", self.ids)]).unlink()

    def action_void(self):
        """Ask for the reason, then void."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set Aside"),
            "res_model": "relationship.reading.void",
            "view_mode": "form",
            "target": "new",
            "context": {"default_reading_ids": self.ids},
        }

    # Stores that come to mind: names nobody has listed queue up, and are coded once they are.

    def _recode_mentions(self):
        """Rank the stores in these answers anew: add what is missing, correct what changed.

        Ranks that stay are left alone; a rank that changes is voided and replaced.
        """
        Competitor = self.env["relationship.competitor"]
        told = self.sudo().filtered(lambda r: r.text and not r.voided and not r.competitor_id)
        siblings = told._get_mention_siblings()
        fresh, replaced = [], []
        for reading in told:
            ranks = Competitor._rank_mentions(reading.text, reading.company_id)
            us = ranks.pop(Competitor.browse(), None)
            base = reading._prepare_recoded()
            if (us or 0) != reading.value or reading.na == bool(us):
                replaced.append(
                    (reading, {**base, "text": reading.text, "value": us or 0, "na": not us})
                )
            held = {r.competitor_id.id: r for r in siblings.get(reading.id, self.browse())}
            for competitor, rank in ranks.items():
                old = held.get(competitor.id)
                vals = {**base, "competitor_id": competitor.id, "value": rank}
                if old is None:
                    fresh.append(vals)
                elif old.value != rank:
                    replaced.append((old, vals))
        created = self.sudo().create([*fresh, *(vals for _old, vals in replaced)])
        for (old, _vals), new in zip(replaced, created[len(fresh) :], strict=True):
            old._void(self.env._("Stores named in it are known now"), new)

    def _prepare_recoded(self):
        """Return what a reading made from the same answer has in common with this one."""
        self.ensure_one()
        return {
            "measure_id": self.measure_id.id,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "date": self.date,
            "channel": self.channel,
            "origin": self.origin,
            "lang": self.lang,
            "invitation_id": self.invitation_id.id,
            "user_input_id": self.user_input_id.id,
            "order_model": self.order_model,
            "order_id": self.order_id,
            "na": False,
        }

    def _get_mention_siblings(self):
        """Return {id: readings about competitors from the same answer} of these readings."""
        found = {}
        for name in ("invitation_id", "user_input_id"):
            ours = {reading[name].id: reading for reading in self if reading[name]}
            others = (
                self.search(
                    [
                        (name, "in", list(ours)),
                        ("competitor_id", "!=", False),
                        ("voided", "=", False),
                        ("measure_id", "in", self.measure_id.ids),
                    ]
                )
                if ours
                else self.browse()
            )
            for other in others:
                mine = ours[other[name].id]
                if other.measure_id == mine.measure_id:
                    found[mine.id] = found.get(mine.id, self.browse()) | other
        return found

    def _read_group_select(self, aggregate_spec, query):
        """Leave out of averages what has no number: "don't know", and words beside a score."""
        if aggregate_spec not in ("score:avg", "value:avg"):
            return super()._read_group_select(aggregate_spec, query)
        unscored = UNSCORED_KINDS if aggregate_spec == "score:avg" else ("text",)
        return SQL(
            "AVG(%s) FILTER (WHERE %s IS NOT TRUE AND %s NOT IN %s)",
            self._field_to_sql(self._table, aggregate_spec.partition(":")[0], query),
            self._field_to_sql(self._table, "na", query),
            self._field_to_sql(self._table, "kind", query),
            unscored,
        )
