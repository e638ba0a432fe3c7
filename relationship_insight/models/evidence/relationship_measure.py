from odoo import api, fields, models
from odoo.exceptions import UserError

# Changing one of these would silently change the meaning of answers already given.
FROZEN_FIELDS = {
    "code",
    "kind",
    "parent_id",
    "reverse",
    "scale_max",
    "scale_min",
    "step",
    "valence",
}
WORDING_FIELDS = {"anchor_max", "anchor_min", "anchors", "question"}


class RelationshipMeasure(models.Model):
    """What is asked stays what it was once somebody has answered; new words are noted."""

    _inherit = "relationship.measure"

    reading_count = fields.Integer(
        string="Answers",
        compute="_compute_reading_count",
        groups="relationship_insight.group_relationship_staff",
    )

    def _compute_reading_count(self):
        counts = dict(
            self.env["relationship.reading"]._read_group(
                [("measure_id", "in", self.ids)], ["measure_id"], ["__count"]
            )
        )
        for measure in self:
            measure.reading_count = counts.get(measure, 0)

    def _filter_answered(self):
        """Return the measures that have answers in any company, voided ones included."""
        answered = (
            self.env["relationship.reading"]
            .sudo()
            ._read_group([("measure_id", "in", self.ids)], ["measure_id"])
        )
        ids = {measure.id for (measure,) in answered}
        return self.filtered(lambda measure: measure.id in ids)

    def write(self, vals):
        frozen = FROZEN_FIELDS & set(vals)
        if frozen:
            self._check_frozen({name: vals[name] for name in frozen})
        reworded = self._keep_wording(vals)
        for measure in reworded:
            super(RelationshipMeasure, measure.sudo()).write({"version": measure.version + 1})
        res = super().write(vals)
        reworded._renew_instruments()
        return res

    def _check_frozen(self, vals):
        """Refuse a change of scale or meaning on measures that have answers."""
        for measure in self._filter_answered():
            for name, value in vals.items():
                field = self._fields[name]
                old = field.convert_to_write(measure[name], measure)
                if old != field.convert_to_write(
                    field.convert_to_record(field.convert_to_cache(value, measure), measure),
                    measure,
                ):
                    raise UserError(
                        self.env._(
                            "%(measure)s has answers already, so its %(field)s can't change. "
                            "Archive it and add a new measure instead.",
                            measure=measure.name,
                            field=field._description_string(self.env),
                        )
                    )

    def _keep_wording(self, vals):
        """Store the wording that was asked until now; return the measures that get a new one."""
        reworded = self.browse()
        if not WORDING_FIELDS & set(vals):
            return reworded
        Wording = self.env["relationship.measure.wording"].sudo()
        for measure in self._filter_answered():
            changed = [
                name
                for name in WORDING_FIELDS & set(vals)
                if (measure[name] or "") != (vals[name] or "")
            ]
            if not changed:
                continue
            Wording.create(
                {
                    "measure_id": measure.id,
                    "version": measure.version,
                    "lang": self.env.lang or "en_US",
                    **{name: measure[name] for name in WORDING_FIELDS},
                }
            )
            reworded += measure
        return reworded

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        answered = self._filter_answered()
        if answered:
            raise UserError(
                self.env._(
                    "%(measures)s can't be deleted because customers have answered. Archive "
                    "instead.",
                    measures=", ".join(answered.mapped("name")),
                )
            )

    def action_view_readings(self):
        """Open the answers to these measures."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "relationship_insight.relationship_reading_action"
        )
        return {**action, "domain": [("measure_id", "child_of", self.ids)]}
