from odoo import api, fields, models
from odoo.tools.misc import format_date

CHIPS = 24


class RelationshipPerson(models.AbstractModel):
    """The person on the contact's Relationship tab, by one call, with the reader's rights."""

    _name = "relationship.person"
    _description = "Card of a Person"

    @api.model
    @api.readonly
    def get_person_card(self, partner_id):
        """Return last talk, plan, preferences, life events and people of one contact.

        A company shows what is known of all its people, a person what is known of that person.

        :param int partner_id: a contact
        :raise AccessError: if the contact or our models may not be read
        """
        self.env["relationship.preference"].check_access("read")
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        whole = partner == partner.commercial_partner_id
        of = [("commercial_partner_id" if whole else "partner_id", "=", partner.id)]
        return {
            "customer_id": partner.commercial_partner_id.id,
            "last": self._get_last_words(partner),
            "warning": partner.relationship_contact_warning or "",
            "cadence": self._get_cadence_row(partner.commercial_partner_id),
            "preferences": self._get_preference_rows(of),
            "events": self._get_event_rows(of),
            "people": [
                {
                    "relation_id": relation.id,
                    "id": other.id,
                    "relation": kind,
                    "name": other.display_name,
                }
                for relation, other, kind in self.env["relationship.relation"]._get_people(partner)
                if other.has_access("read")
            ],
            "kinds": self.env["relationship.preference"]
            ._fields["kind"]
            ._description_selection(self.env),
            "tags": self._get_tag_rows(),
        }

    @api.model
    def _get_last_words(self, partner):
        moment = partner.relationship_last_talk
        if not moment:
            return self.env._("No talk that you may read is on record.")
        return self.env._(
            "Last talk on %(day)s with %(staff)s.",
            day=format_date(self.env, fields.Datetime.context_timestamp(self, moment).date()),
            staff=partner.relationship_last_talk_staff_id.sudo().name,
        )

    @api.model
    def _get_cadence_row(self, customer):
        cadence = self.env["relationship.cadence"].search(
            [("commercial_partner_id", "=", customer.id), ("company_id", "=", self.env.company.id)],
            limit=1,
        )
        if not cadence or not cadence.stage:
            return False
        if cadence.not_relevant:
            return {
                "id": cadence.id,
                "stage": "active",
                "next": "",
                "label": self.env._("Not kept in touch"),
            }
        labels = dict(cadence._fields["stage"]._description_selection(self.env))
        following = cadence.next_date and self.env._(
            "talk next on %(day)s", day=format_date(self.env, cadence.next_date)
        )
        return {
            "id": cadence.id,
            "stage": cadence.stage,
            "label": labels[cadence.stage],
            "next": following or "",
        }

    @api.model
    def _get_preference_rows(self, of):
        Preference = self.env["relationship.preference"]
        today = fields.Date.context_today(self)
        preferences = Preference.search([*of, ("state", "=", "current")], limit=CHIPS)
        names = {
            name: dict(Preference._fields[name]._description_selection(self.env))
            for name in ("kind", "provenance", "steadiness")
        }
        order = ["care", "need", "dislike", "like", "wish"]
        ranked = preferences.sorted(lambda p: (order.index(p.kind), p.id))
        return [
            {
                "id": preference.id,
                "kind": preference.kind,
                "kind_label": names["kind"][preference.kind],
                "words": preference._get_words(),
                "status": preference.status,
                "fresh": preference.last_confirmed == today,
                "how": " · ".join(
                    filter(
                        None,
                        [
                            names["provenance"][preference.provenance],
                            names["steadiness"][preference.steadiness],
                            format_date(
                                self.env, preference.last_confirmed or preference.first_seen
                            ),
                        ],
                    )
                ),
            }
            for preference in ranked
        ]

    @api.model
    def _get_event_rows(self, of):
        return [
            {"id": event.id, "text": event.display_name, "day": event.date_display}
            for event in self.env["relationship.life.event"].search(of, limit=6)
        ]

    @api.model
    def _get_tag_rows(self):
        may = self.env.user.has_group("relationship_insight.group_relationship_relations")
        tags = self.env["relationship.preference.tag"].search(
            [
                ("company_id", "in", [False, self.env.company.id]),
                *([] if may else [("sensitive", "=", False)]),
            ]
        )
        return [
            {"id": tag.id, "name": tag.name, "emoji": tag.emoji or "", "kind": tag.kind}
            for tag in tags
        ]
