import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KEPT = timedelta(hours=1)
GC_LIMIT = 100_000


class RelationshipRateLimit(models.Model):
    """What came in lately on the public pages. Append-only, so that no request waits for another.

    A place is stored as a number made from a digest, never as an address.
    """

    _name = "relationship.rate.limit"
    _description = "Requests to Public Pages"
    _log_access = False

    place = fields.Char(required=True, size=32)
    date = fields.Datetime(required=True)

    _place_idx = models.Index("(place, date)")

    @api.model
    def _digest(self, *parts):
        """Return what stands for an address: without the database's key nobody gets it back."""
        key = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        message = "\x1f".join(map(str, parts)).encode()
        return hashlib.blake2b(message, key=key.encode()[:64], digest_size=16).hexdigest()

    @api.model
    def _digest_device(self, address, agent):
        """Return what stands for a device: its address and what its browser calls itself."""
        return self._digest("device", address, (agent or "")[:300])

    @api.model
    def _digest_till(self, token):
        """Return what stands for a till, made from what its browser carries."""
        return self._digest("till", token)

    @api.model
    def _allows(self, *places, count=True):
        """Count one request of each of these places; False when one has had its share already.

        What is refused isn't counted, so that the table stays small in a flood.

        :param places: (place, limit, seconds): so many requests in these seconds; 0: any number.
            A place with several such limits counts once: the more came, the longer it waits
        :param bool count: False only looks whether there is room
        """
        wanted = [place for place in places if place[1] > 0]
        if not wanted:
            return True
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
            WITH wanted (place, most, since) AS (VALUES %(wanted)s),
            room AS (
                SELECT place FROM wanted WHERE (
                    SELECT COUNT(*) FROM (
                        SELECT 1 FROM relationship_rate_limit counted
                         WHERE counted.place = wanted.place AND counted.date > wanted.since
                         LIMIT wanted.most
                    ) counted) < most
            )
            %(what)s
            SELECT DISTINCT place, %(now)s::timestamp FROM room
             WHERE (SELECT COUNT(*) FROM room) = %(count)s
            %(back)s
            """,
                what=SQL("INSERT INTO relationship_rate_limit (place, date)" if count else ""),
                back=SQL("RETURNING id" if count else ""),
                wanted=SQL(", ").join(
                    SQL("(%s, %s, %s::timestamp)", place, limit, now - timedelta(seconds=seconds))
                    for place, limit, seconds in wanted
                ),
                now=now,
                count=len(wanted),
            )
        )
        return bool(rows)

    @api.autovacuum
    def _gc_old_requests(self):
        deleted = self.env.execute_query(
            SQL(
                """
            WITH gone AS (
                DELETE FROM relationship_rate_limit WHERE id IN (
                    SELECT id FROM relationship_rate_limit WHERE date < %s LIMIT %s
                    FOR UPDATE SKIP LOCKED)
                RETURNING 1)
            SELECT COUNT(*) FROM gone
            """,
                fields.Datetime.now() - KEPT,
                GC_LIMIT,
            )
        )[0][0]
        return deleted, int(deleted == GC_LIMIT)
