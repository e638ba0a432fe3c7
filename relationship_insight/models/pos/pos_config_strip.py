from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

RELATIONS_GROUP = "relationship_insight.group_relationship_relations"
STRIP_LINES = [
    ("care", "How to care for them"),
    ("like", "What they like"),
    ("dislike", "What they dislike"),
    ("need", "What they need"),
    ("wish", "What they wish for"),
    ("talk", "Last talk, and with whom"),
    ("ask", "One thing to ask"),
    ("promise", "A promise that is open"),
    ("event", "A day that matters, when it is near"),
    ("case", "An open case"),
    ("class", "Class in the loyalty matrix"),
]
STRIP_FIELDS = {
    "relationship_strip_1", "relationship_strip_2", "relationship_strip_3",
    "relationship_strip_everybody",
}


class PosConfig(models.Model):
    """What head office shows cashiers of the customer they serve."""

    _inherit = "pos.config"

    relationship_strip_1 = fields.Selection(STRIP_LINES, string="First Line", default="care")
    relationship_strip_2 = fields.Selection(STRIP_LINES, string="Second Line", default="talk")
    relationship_strip_3 = fields.Selection(STRIP_LINES, string="Third Line", default="ask")
    relationship_strip_everybody = fields.Boolean(
        string="Every Cashier",
        help="Also cashiers without a role in Relationship Insight see these lines, as far as "
             "everybody who may see conversations can read them. Never class and cases.")

    @api.constrains("relationship_strip_1", "relationship_strip_2", "relationship_strip_3")
    def _check_relationship_strip(self):
        for config in self:
            lines = [line for line in (
                config.relationship_strip_1, config.relationship_strip_2,
                config.relationship_strip_3) if line]
            if len(set(lines)) < len(lines):
                raise ValidationError(self.env._("Choose three different lines for the till."))

    @api.model_create_multi
    def create(self, vals_list):
        usual = self.default_get(list(STRIP_FIELDS))
        for vals in vals_list:
            self._check_strip_right(any(
                (vals[name] or False) != usual.get(name, False)
                for name in STRIP_FIELDS & set(vals)))
        return super().create(vals_list)

    def write(self, vals):
        self._check_strip_right(any(
            (config[name] or False) != (vals[name] or False)
            for name in STRIP_FIELDS & set(vals) for config in self))
        return super().write(vals)

    def copy_data(self, default=None):
        """What cashiers see is copied by `copy`: whoever copies a till chooses nothing."""
        return [
            {name: value for name, value in vals.items()
             if name not in STRIP_FIELDS or name in (default or {})}
            for vals in super().copy_data(default)]

    def copy(self, default=None):
        copies = super().copy(default)
        kept = STRIP_FIELDS - set(default or {})
        for config, copied in zip(self, copies):
            copied.sudo().write({name: config[name] for name in kept})
        return copies

    @api.model
    def _check_strip_right(self, is_chosen):
        if is_chosen and not self.env.su and not self.env.user.has_group(RELATIONS_GROUP):
            raise AccessError(self.env._(
                "What cashiers see of customers is chosen by Customer Relations."))
