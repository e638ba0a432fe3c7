from odoo import api, fields, models
from odoo.exceptions import UserError


class RelationshipInstrument(models.Model):
    """What a campaign asks, a pulse of a few measures or a survey, in versions that compare."""

    _name = "relationship.instrument"
    _description = "Questionnaire"
    _inherit = "relationship.guarded"
    _order = "sequence, name"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [
            ("pulse", "Pulse: a few questions on one page"),
            ("survey", "Survey: a long questionnaire"),
        ],
        required=True,
        default="pulse",
    )
    is_deep = fields.Boolean(
        string="More Than Three Questions",
        help="A deep pulse asks page by page. A plain one has one to three questions.",
    )
    is_relationship = fields.Boolean(
        string="About the Relationship",
        help="Asks about the relationship as a whole, not about one visit or order. "
        "Nobody is asked about the relationship again too soon.",
    )
    introduction = fields.Text(
        translate=True, help="One or two friendly sentences above the first question."
    )
    survey_id = fields.Many2one(
        "survey.survey",
        ondelete="restrict",
        index="btree_not_null",
        domain=[("survey_type", "=", "relationship")],
        help="The survey that the next version asks.",
    )
    version_ids = fields.One2many(
        "relationship.instrument.version", "instrument_id", string="Versions"
    )
    live_version_id = fields.Many2one(
        "relationship.instrument.version", string="Asked Now", compute="_compute_live_version_id"
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "Another questionnaire has this code already.")

    @api.depends("version_ids.state")
    def _compute_live_version_id(self):
        for instrument in self:
            instrument.live_version_id = instrument.version_ids.filtered(
                lambda version: version.state == "live"
            )[:1]

    def _get_live_version(self):
        """Return the version asked now, or say what to do."""
        self.ensure_one()
        if not self.live_version_id:
            raise UserError(
                self.env._(
                    "%(name)s: no version is asked yet. Open its newest version and choose "
                    '"Ask With This Version".',
                    name=self.name,
                )
            )
        return self.live_version_id

    def action_preview(self):
        """Open the page of the version asked now, or of the newest draft."""
        return self._get_previewed().action_preview()

    def _get_previewed(self):
        self.ensure_one()
        version = self.live_version_id or self.version_ids[:1]
        if not version:
            raise UserError(
                self.env._("%(name)s has no questions yet. Make a version first.", name=self.name)
            )
        return version

    def action_new_version(self):
        """Open a draft of the next version, a copy of the newest one."""
        self.ensure_one()
        version = self.version_ids.filtered(lambda v: v.state == "draft")[:1]
        if not version:
            version = (
                self.version_ids[:1]._copy_to_draft()
                if self.version_ids
                else (
                    self.version_ids.create(
                        {"instrument_id": self.id, "survey_id": self.survey_id.id}
                    )
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": version._name,
            "res_id": version.id,
            "view_mode": "form",
        }
