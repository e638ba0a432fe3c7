import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
# Told apart by eye, and dark enough beside white.
COLOURS = ("#b3261e", "#1f7a4d", "#3b5bdb", "#a8325f", "#8a6100", "#0b7285", "#6741d9", "#5c5c68")


class RelationshipCode(models.Model):
    """A theme of the codebook: what it means, when it is used and when not."""

    _name = "relationship.code"
    _description = "Theme of Interviews"
    _inherit = "relationship.guarded"
    _parent_store = True
    _order = "complete_name, id"
    _rec_name = "complete_name"
    _rec_names_search = ["name", "complete_name"]

    name = fields.Char(required=True)
    complete_name = fields.Char(
        string="Theme", compute="_compute_complete_name", store=True, recursive=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    parent_id = fields.Many2one(
        "relationship.code", string="Part Of", index=True, ondelete="restrict"
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("relationship.code", "parent_id", string="Parts")
    definition = fields.Text(string="What It Means")
    use_when = fields.Text(string="Use It When")
    not_when = fields.Text(string="Don't Use It When")
    example = fields.Text(help="Words of your own making, not a customer's.")
    colour = fields.Char(string="Color", size=7, default=lambda self: self._pick_colour())
    active = fields.Boolean(default=True)
    coding_ids = fields.One2many("relationship.coding", "code_id", string="Marked Words")
    coding_count = fields.Integer(string="Marked", compute="_compute_coding_count")

    _name_uniq = models.UniqueIndex(
        "(company_id, COALESCE(parent_id, 0), lower(name)) WHERE active",
        "There is such a theme already.",
    )

    @api.model
    def _pick_colour(self):
        return COLOURS[self.with_context(active_test=False).search_count([]) % len(COLOURS)]

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for code in self:
            above = code.parent_id.complete_name
            code.complete_name = f"{above} / {code.name}" if above else code.name

    @api.depends("coding_ids")
    @api.depends_context("uid")
    def _compute_coding_count(self):
        """As many as the reader may see."""
        counts = dict(
            self.env["relationship.coding"]._read_group(
                [("code_id", "in", self.ids)], ["code_id"], ["__count"]
            )
        )
        for code in self:
            code.coding_count = counts.get(code, 0)

    @api.constrains("parent_id")
    def _check_parent(self):
        if self.filtered(
            lambda code: code.parent_id and code.parent_id.company_id != code.company_id
        ):
            raise ValidationError(self.env._("Both themes must belong to the same company."))

    @api.constrains("colour")
    def _check_colour(self):
        if any(code.colour and not COLOUR.match(code.colour) for code in self):
            raise ValidationError(self.env._("Give the color like this: #1f7a4d"))

    def _merge(self, into):
        """Put these themes into another one: every coder's marks are kept, none counts twice.

        :param into: relationship.code, none of these nor below them
        """
        self.check_access("write")
        into.check_access("write")
        if into in self or any(into.parent_path.startswith(code.parent_path) for code in self):
            raise UserError(self.env._("A theme can't be put into itself or into a part of it."))
        if (self + into).company_id != into.company_id:
            raise UserError(self.env._("Both themes must belong to the same company."))
        # Also what others marked, whom one doesn't see: nothing of it is shown.
        codings = self.env["relationship.coding"].sudo().search([("code_id", "in", self.ids)])
        codings._recode(into)
        self.sudo().child_ids.write({"parent_id": into.id})
        self.write({"active": False})
        return into

    def _split(self, codings, name):
        """Make a theme below this one and give it some of its marks.

        :param codings: those that the user may see
        :return: the new theme
        """
        self.ensure_one()
        self.check_access("write")
        codings.check_access("write")
        if codings.code_id - self:
            raise UserError(self.env._("These words are marked with another theme."))
        part = self.create({"name": name, "parent_id": self.id, "company_id": self.company_id.id})
        codings._recode(part)
        return part
