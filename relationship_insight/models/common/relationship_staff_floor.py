from odoo import api, models
from odoo.fields import Domain

# Whoever groups by the customer as well gets the very rows that they may read one by one.
CUSTOMERS = {"commercial_partner_id", "partner_id"}
PEOPLE = {"create_uid", "staff_id", "write_uid"}


class RelationshipStaffFloor(models.AbstractModel):
    """Colleagues are compared over enough customers only; managers compare them as they like."""

    _name = "relationship.staff.floor"
    _description = "Comparison of Colleagues"

    @api.model
    def _get_staff_floor(self):
        """Return over how many customers a figure about a colleague must be; 0 for no limit."""
        user = self.env.user
        if self.env.su or user.has_group("relationship_insight.group_relationship_manager"):
            return 0
        if not user.has_group("relationship_insight.group_relationship_relations"):
            return 0  # The rules show them nobody but themselves.
        return self.env.companies._relationship_floor()

    @api.model
    def _compares_staff(self, domain, groupby):
        """Whether groups like these put a figure on a colleague."""
        paths = [spec.partition(":")[0] for spec in groupby]
        if CUSTOMERS & set(paths):
            return False
        paths += self._get_paths(Domain(domain))
        return any(PEOPLE & set(path.split(".")) for path in paths)

    @api.model
    def _get_paths(self, domain):
        for condition in domain.iter_conditions():
            yield condition.field_expr
            if isinstance(condition.value, Domain):
                yield from self._get_paths(condition.value)

    @api.model
    def _read_group(
        self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None
    ):
        floor = self._get_staff_floor()
        if floor and self._compares_staff(domain, groupby):
            if (
                not groupby
                and super()._read_group(domain, (), ["commercial_partner_id:count_distinct"])[0][0]
                < floor
            ):
                domain = Domain.FALSE
            # First, so that nothing that is given can take it into an "or".
            having = [("commercial_partner_id:count_distinct", ">=", floor), *having]
        return super()._read_group(
            domain, groupby, aggregates, having=having, offset=offset, limit=limit, order=order
        )

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        if not self._get_staff_floor() or not any(
            self._compares_staff(domain, groupby) for groupby in grouping_sets
        ):
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        return [
            self._read_group(
                domain, groupby, aggregates, order=self._get_order_of(order, groupby, aggregates)
            )
            for groupby in grouping_sets
        ]

    @api.model
    def _get_order_of(self, order, groupby, aggregates):
        """Return the part of an order that these groups have."""
        known = {*groupby, *aggregates}
        terms = [
            term
            for term in (order or "").split(",")
            if term.split()[:1] and (term.split()[0] in known)
        ]
        return ",".join(terms) or None
