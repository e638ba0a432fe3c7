from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class RelationshipRelation(models.Model):
    """Two people who belong together; seen from either of them."""

    _name = "relationship.relation"
    _description = "People around a Customer"
    _inherit = "relationship.guarded"
    _order = "type_id, id"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    other_id = fields.Many2one(
        "res.partner", string="Other Person", required=True, index=True, ondelete="cascade"
    )
    type_id = fields.Many2one(
        "relationship.relation.type",
        string="Relation",
        required=True,
        ondelete="restrict",
        index=True,
    )
    text = fields.Char(string="In Words")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True, help="Archive it when they have parted.")

    @api.depends("partner_id", "other_id", "type_id")
    def _compute_display_name(self):
        for relation in self:
            relation.display_name = self.env._(
                "%(other)s: %(relation)s of %(customer)s",
                other=relation.other_id.display_name,
                relation=relation.type_id.name,
                customer=relation.partner_id.display_name,
            )

    @api.constrains("partner_id", "other_id", "type_id", "company_id", "active")
    def _check_pair(self):
        for relation in self:
            if relation.partner_id == relation.other_id:
                raise ValidationError(self.env._("Nobody is related to themselves."))
        seen = set()
        for one in self.sudo().search(self._get_pair_domain()):
            key = (
                frozenset((one.partner_id.id, one.other_id.id)),
                one.type_id.id,
                one.company_id.id,
            )
            if key in seen:
                raise ValidationError(self.env._("This relation is known already."))
            seen.add(key)

    def _get_pair_domain(self):
        """Return the domain of all relations between the pairs of people in these."""
        return Domain.OR(
            Domain("partner_id", "=", one.id) & Domain("other_id", "=", two.id)
            for relation in self
            for one, two in (
                (relation.partner_id, relation.other_id),
                (relation.other_id, relation.partner_id),
            )
        )

    @api.model
    def _get_people(self, partner):
        """Return [(relation, other person, what they are)] around one contact."""
        relations = self.search(
            ["|", ("partner_id", "=", partner.id), ("other_id", "=", partner.id)]
        )
        people = []
        for relation in relations:
            forward = relation.partner_id == partner
            other = relation.other_id if forward else relation.partner_id
            kind = relation.type_id
            people.append(
                (relation, other, kind.name if forward else kind.inverse_name or kind.name)
            )
        return people
