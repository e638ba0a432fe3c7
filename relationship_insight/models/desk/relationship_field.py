import math
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

ROWS = 12
MEETINGS = 8
LATEST = 60
SHORTEST = 2
# About five kilometres to each side.
NEAR_DEGREES = 0.05
NEAR_POOL = 300
EARTH_KM = 6371.0


class RelationshipField(models.AbstractModel):
    """The page for whoever is out with customers, by telephone: whom, and what to finish later.

    Everything is read with the rights of the reader.
    """

    _name = "relationship.field"
    _description = "In the Field"

    @api.model
    @api.readonly
    def get_page(self):
        """Return the user's drafts, whom they meet today, and whom they talked with lately."""
        return {
            "options": self.env["relationship.note"].get_line_options(),
            "drafts": self.env["relationship.note.draft"]._get_mine()._get_rows(),
            "people": self._get_people_rows(),
        }

    @api.model
    @api.readonly
    def find_people(self, text):
        """Return the customers with this name or number."""
        self.env["relationship.note"].check_access("create")
        text = " ".join((text or "").split())
        if len(text) < SHORTEST:
            return []
        wanted = Domain("display_name", "ilike", text)
        if sum(map(str.isdigit, text)) >= 4:
            wanted |= Domain("phone_mobile_search", "ilike", text)
        return self._get_rows(self._search_customers(wanted, ROWS), {})

    @api.model
    @api.readonly
    def find_near(self, latitude, longitude):
        """Return the nearest customers whose place is on record."""
        self.env["relationship.note"].check_access("create")
        if not (
            isinstance(latitude, int | float)
            and -90 <= latitude <= 90
            and isinstance(longitude, int | float)
            and -180 <= longitude <= 180
        ):
            raise UserError(self.env._("This is no place on earth."))
        wide = NEAR_DEGREES / max(math.cos(math.radians(latitude)), 0.1)
        pool = self._search_customers(
            Domain("partner_latitude", ">=", latitude - NEAR_DEGREES)
            & Domain("partner_latitude", "<=", latitude + NEAR_DEGREES)
            & Domain("partner_longitude", ">=", longitude - wide)
            & Domain("partner_longitude", "<=", longitude + wide),
            NEAR_POOL,
        )
        far = {
            person: self._get_km(
                latitude, longitude, person.partner_latitude, person.partner_longitude
            )
            for person in pool
        }
        nearest = pool.sorted(lambda person: (far[person], person.id))[:ROWS]
        return self._get_rows(
            nearest,
            {person: self.env._("%(km)s km away", km=f"{far[person]:.1f}") for person in nearest},
        )

    @api.model
    def _search_customers(self, domain, limit):
        return self.env["res.partner"].search(
            domain & Domain("partner_share", "=", True), limit=limit
        )

    @api.model
    def _get_km(self, latitude, longitude, other_latitude, other_longitude):
        """Return the great-circle distance (haversine)."""
        phi, other_phi = math.radians(latitude), math.radians(other_latitude)
        half = (
            math.sin((other_phi - phi) / 2) ** 2
            + math.cos(phi)
            * math.cos(other_phi)
            * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
        )
        return 2 * EARTH_KM * math.asin(math.sqrt(min(half, 1.0)))

    @api.model
    def _get_people_rows(self):
        """List whom the user meets today, then the latest talks, then their own customers."""
        why = {}
        for event in self._get_meetings():
            customer = event.relationship_customer_id
            if customer and customer not in why:
                why[customer] = self.env._(
                    "Meeting at %(time)s",
                    time=fields.Datetime.context_timestamp(self, event.start).strftime("%H:%M"),
                )
        notes = self.env["relationship.note"].search_fetch(
            [("create_uid", "=", self.env.uid)], ["partner_id"], order="id desc", limit=LATEST
        )
        people = self.env["res.partner"].browse(
            list(dict.fromkeys([*(p.id for p in why), *notes.partner_id.ids]))
        )[:ROWS]
        people = people._filtered_access("read").filtered("active")
        if len(people) < ROWS:
            people |= self._search_customers(
                Domain("user_id", "=", self.env.uid) & Domain("id", "not in", people.ids),
                ROWS - len(people),
            )
        return self._get_rows(people, why)

    @api.model
    def _get_meetings(self):
        zone = pytz.timezone(self.env.user.tz or "UTC")
        morning = zone.localize(datetime.combine(fields.Date.context_today(self), time.min))
        start = morning.astimezone(pytz.utc).replace(tzinfo=None)
        return self.env["calendar.event"].search(
            [
                ("partner_ids", "in", self.env.user.partner_id.ids),
                ("start", ">=", start),
                ("start", "<", start + timedelta(days=1)),
                ("allday", "=", False),
            ],
            order="start",
            limit=MEETINGS,
        )

    @api.model
    def _get_rows(self, people, why):
        return [
            {
                "id": person.id,
                "name": person.display_name,
                "detail": why.get(person) or person.city or "",
                "phone": person.phone or "",
            }
            for person in people
        ]
