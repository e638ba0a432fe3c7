from lxml import etree

from odoo import api, models

# What one does with chosen customers: (action, who sees its button).
DEEDS = (
    ("relationship_plan_talks_action", "relationship_insight.group_relationship_staff"),
    ("relationship_assign_action", "base.group_partner_manager"),
    ("relationship_ask_action", "relationship_insight.group_relationship_relations"),
)


class RelationshipDoing(models.AbstractModel):
    """Rows of customers: whoever sees them in a list goes on from there.

    The buttons stand in no view: every list of these models has them, whatever opened it.
    Odoo's own Export stands beside them, for whom may export.
    """

    _name = "relationship.doing"
    _description = "From Seeing to Doing"

    # The field that holds the customer of a row.
    _doing_with = "commercial_partner_id"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "list" and self._doing_with in self._fields:
            self._add_deeds(arch)
        return arch, view

    @api.model
    def _add_deeds(self, arch):
        """Put the buttons into the header of a list; they show once rows are chosen."""
        header = arch.find("header")
        if header is None:
            header = etree.Element("header")
            arch.insert(0, header)
        labels = self._get_deed_labels()
        for name, groups in DEEDS:
            action = self.env.ref(f"relationship_insight.{name}", raise_if_not_found=False)
            if action:
                etree.SubElement(
                    header,
                    "button",
                    name=str(action.id),
                    type="action",
                    string=labels[name],
                    groups=groups,
                )

    @api.model
    def _get_deed_labels(self):
        return {
            "relationship_plan_talks_action": self.env._("Plan Talks"),
            "relationship_assign_action": self.env._("Assign"),
            "relationship_ask_action": self.env._("Add to a Campaign"),
        }
