from odoo import models


class RelationshipReading(models.Model):
    _inherit = "relationship.reading"

    def _get_card_row(self, measures):
        """Return what the customer card shows of this reading.

        :param dict measures: the measures by id, with name, kind and scale fetched
        """
        self.ensure_one()
        measure = measures[self.measure_id.id]
        origins = dict(self._fields["origin"]._description_selection(self.env))
        return {
            "id": self.id,
            "date": self.date,
            "name": measure.name,
            "picture": measure.picture,
            "kind": measure.kind,
            "valence": self.valence,
            "na": self.na,
            "value": self.value,
            "scale_max": measure.scale_max,
            "text": self.text or "",
            "origin": origins.get(self.origin),
        }
