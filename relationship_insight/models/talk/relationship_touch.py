from odoo import api, fields, models
from odoo.tools import SQL

# Mail goes to many, and who didn't answer said nothing: a contact, but no talk.
NOT_A_TALK = ("email", "call_missed")


class RelationshipTouch(models.Model):
    """When a person was last talked with, apart for everybody who may know of it.

    A row covers the conversations of one person that the same people may read: all of those open
    to the company, those of one author to one team, and the private ones of one author. Record
    rules like those of conversations pick the rows of a reader, and the latest of these is what
    the reader sees. So no date tells of a conversation that its reader may not read.
    Written only in set-based SQL, by ``_refresh``.
    """

    _name = "relationship.touch"
    _description = "Last Touch"
    _tells_of = {"partner_id": "id"}
    _order = "last_date desc, id desc"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer Entity", readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    visibility = fields.Selection(
        [
            ("me", "Only me"),
            ("team", "My team"),
            ("company", "Everyone who may see conversations"),
        ],
        required=True,
        readonly=True,
    )
    team_id = fields.Many2one("crm.team", readonly=True, ondelete="cascade", index="btree_not_null")
    user_id = fields.Many2one(
        "res.users",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
        help="The author; empty for what everyone may read.",
    )
    last_date = fields.Datetime(string="Last Talk", readonly=True)
    last_note_id = fields.Many2one(
        "relationship.note",
        string="Last Conversation",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    last_staff_id = fields.Many2one(
        "res.partner",
        string="Last Talked With",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    last_in = fields.Datetime(string="They Came to Us", readonly=True)
    last_out = fields.Datetime(string="We Came to Them", readonly=True)
    touch_count = fields.Integer(string="Conversations", readonly=True)

    _audience_uniq = models.UniqueIndex(
        "(partner_id, company_id, visibility, (COALESCE(team_id, 0)), (COALESCE(user_id, 0)))"
    )
    _customer_idx = models.Index("(commercial_partner_id, company_id) WHERE visibility = 'company'")

    @api.model
    def _refresh(self, partner_ids=None):
        """Make the rows of these people anew from their conversations; None for everybody."""
        if partner_ids is not None:
            partner_ids = sorted(set(partner_ids))
            if not partner_ids:
                return
        self.env["relationship.note"].flush_model()  # The people who were there included.
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.flush_model()
        some = SQL("TRUE")
        if partner_ids is not None:
            some = SQL("partner_id = ANY(%s)", partner_ids)
        columns = (
            "commercial_partner_id",
            "last_date",
            "last_note_id",
            "last_staff_id",
            "last_in",
            "last_out",
            "touch_count",
        )
        self.env.cr.execute(
            SQL(
                """
            WITH there AS (
                SELECT id AS note_id, partner_id FROM relationship_note WHERE %(some)s
             UNION
                SELECT note_id, partner_id FROM relationship_note_attendee WHERE %(some)s
            ),
            said AS (
                SELECT note.id, there.partner_id, note.company_id, note.visibility, note.date,
                       note.staff_id, note.initiator, note.channel NOT IN %(silent)s AS is_talk,
                       CASE WHEN note.visibility = 'team' THEN note.team_id END AS team_id,
                       CASE WHEN note.visibility != 'company' THEN note.create_uid END AS user_id
                  FROM there
                  JOIN relationship_note note ON note.id = there.note_id
            ),
            counted AS (
                SELECT partner_id, company_id, visibility, team_id, user_id,
                       MAX(date) FILTER (WHERE initiator = 'customer') AS last_in,
                       MAX(date) FILTER (WHERE initiator = 'staff') AS last_out,
                       COUNT(*) AS touch_count
                  FROM said
              GROUP BY 1, 2, 3, 4, 5
            ),
            latest AS (
                SELECT DISTINCT ON (partner_id, company_id, visibility, team_id, user_id)
                       partner_id, company_id, visibility, team_id, user_id, id AS last_note_id,
                       date AS last_date, staff_id AS last_staff_id
                  FROM said
                 WHERE is_talk
              ORDER BY partner_id, company_id, visibility, team_id, user_id, date DESC, id DESC
            ),
            fresh AS (
                SELECT counted.*, latest.last_note_id, latest.last_date, latest.last_staff_id,
                       partner.commercial_partner_id
                  FROM counted
                  JOIN res_partner partner ON partner.id = counted.partner_id
             LEFT JOIN latest ON latest.partner_id = counted.partner_id
                   AND latest.company_id = counted.company_id
                   AND latest.visibility = counted.visibility
                   AND latest.team_id IS NOT DISTINCT FROM counted.team_id
                   AND latest.user_id IS NOT DISTINCT FROM counted.user_id
            ),
            gone AS (
                DELETE FROM relationship_touch touch
                 WHERE %(some)s AND NOT EXISTS (
                    SELECT 1 FROM counted
                     WHERE counted.partner_id = touch.partner_id
                       AND counted.company_id = touch.company_id
                       AND counted.visibility = touch.visibility
                       AND counted.team_id IS NOT DISTINCT FROM touch.team_id
                       AND counted.user_id IS NOT DISTINCT FROM touch.user_id)
            )
            INSERT INTO relationship_touch AS live (
                partner_id, company_id, visibility, team_id, user_id, %(names)s)
            SELECT partner_id, company_id, visibility, team_id, user_id, %(names)s FROM fresh
            ON CONFLICT (partner_id, company_id, visibility, COALESCE(team_id, 0),
                         COALESCE(user_id, 0))
            DO UPDATE SET (%(names)s) = ROW (%(excluded)s)
             WHERE (%(live)s) IS DISTINCT FROM (%(excluded)s)
            """,
                silent=NOT_A_TALK,
                some=some,
                names=SQL(", ").join(map(SQL.identifier, columns)),
                live=SQL(", ").join(SQL("live.%s", SQL.identifier(name)) for name in columns),
                excluded=SQL(", ").join(
                    SQL("excluded.%s", SQL.identifier(name)) for name in columns
                ),
            )
        )
        self.invalidate_model()
        self.env["res.partner"].invalidate_model(
            [
                "relationship_last_talk",
                "relationship_last_talk_staff_id",
                "relationship_last_talk_note_id",
                "relationship_last_in",
                "relationship_last_out",
            ]
        )
