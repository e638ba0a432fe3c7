"""Who is interviewed: within each group of a study by lot among those who may be asked.

Everybody has a number of this study that never changes. A group takes the lowest numbers; who is
passed over because a rule forbids to ask is kept with the reason. Drawing again fills what
refusals left open, and gives those whose rest has ended the place of their number. Spend isn't
looked at.
"""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from ...tools.sql_hash import sql_unit_hash
from ..campaign import contact_rules
from ..campaign.planner.waves import sql_asked

FRAME = SQL.identifier("relationship_study_frame")
# Attitudes go from 0 to 100; a smaller step than this is mostly chance.
STEP = 10
BEFORE_DAYS = 90
YEAR_DAYS = 365
# Reasons beside those of contact_rules.
RESTING = "resting"
TAKEN = ("drawn", "invited", "booked", "held")


def draw(study):
    """Fill the groups of a study (sudo)."""
    env = study.env
    scope = env["relationship.planner"]._get_scope(study.company_id, fields.Datetime.now())
    env.flush_all()
    # Two who press the button at once would both fill the same places.
    env.cr.execute(SQL("UPDATE relationship_study SET seed = seed WHERE id = %s", study.id))
    env.cr.execute(
        SQL(
            "DELETE FROM relationship_interviewee WHERE study_id = %s AND state = 'left_out'",
            study.id,
        )
    )
    size = scope.store(FRAME, _sql_frame(scope, study))
    taken = dict(
        env["relationship.interviewee"]._read_group(
            [("study_id", "=", study.id), ("state", "in", TAKEN)], ["quota_id"], ["__count"]
        )
    )
    for quota in study.quota_ids:
        _draw_quota(scope, quota, max(quota.wanted - taken.get(quota, 0), 0))
    env.invalidate_all()
    study.write(
        {
            "date_drawn": scope.now,
            "people_count": size,
            "outside_count": scope.execute(
                SQL(
                    "SELECT COUNT(*) FROM %s frame WHERE NOT (%s)",
                    FRAME,
                    SQL(" OR ").join(_sql_matches(scope, quota) for quota in study.quota_ids)
                    or SQL("FALSE"),
                )
            ).fetchone()[0],
        }
    )


def sql_reason(scope, partner, company, channel, last):
    """SQL of why a contact (SQL alias) can't be asked now, NULL where nothing speaks against it.

    :param last: SQL alias of ``sql_last``
    """
    rules = scope.company
    refusals = {
        **contact_rules.get_refusals(partner, company, scope.today),
        **{
            name: refusal
            for name, refusal in contact_rules.get_address_refusals(partner, channel).items()
            # Whom no mail reaches may be asked by phone.
            if name == "blocked"
        },
        RESTING: SQL(
            """
            (GREATEST(%(last)s.touched + make_interval(days => %(asked)s) * %(pace)s,
                      %(last)s.answered + make_interval(days => %(heard)s) * %(pace)s)
             > %(now)s) IS TRUE
            """,
            last=last,
            asked=rules.relationship_quarantine_days,
            heard=rules.relationship_quarantine_answered_days,
            pace=SQL("CASE wish.pace WHEN 'half' THEN 2 WHEN 'quarter' THEN 4 ELSE 1 END"),
            now=scope.now,
        ),
    }
    return SQL(
        "CASE %s END",
        SQL(" ").join(SQL("WHEN %s THEN %s", sql, name) for name, sql in refusals.items()),
    )


def sql_last(scope, study):
    """SELECT when each person was asked and answered last: ``person``, touched, answered."""
    Invitation = scope.env["relationship.invitation"]
    return SQL(
        """
        SELECT COALESCE(p.email_normalized, 'contact ' || p.id) AS person,
               MAX(touched) AS touched, MAX(answered) AS answered
          FROM (SELECT i.partner_id, i.company_id, %(touched)s AS touched,
                       GREATEST(i.date_start, i.date_done) AS answered
                  FROM relationship_invitation i WHERE %(contact)s
                 UNION ALL
                SELECT partner_id, company_id, date_invited, date_held
                  FROM relationship_interviewee
                 WHERE study_id != %(study)s AND date_invited IS NOT NULL) asked
          JOIN res_partner p ON p.id = asked.partner_id
         WHERE asked.company_id = %(company)s
      GROUP BY 1
        """,
        touched=Invitation._sql_last_touch(SQL("i")),
        contact=Invitation._sql_contact(SQL("i")),
        company=scope.company.id,
        study=study.id,
    )


def _sql_frame(scope, study):
    """SELECT all who buy here, with what groups ask for, their number, and why not if not."""
    p, c, last = SQL("p"), SQL("c"), SQL("last")
    return SQL(
        """
        SELECT p.id, p.commercial_partner_id, COALESCE(wish.lang, p.lang) AS lang,
               COALESCE(p.email_normalized, 'contact ' || p.id) AS person,
               COALESCE(profile.loyalty_class, 'unknown') AS loyalty_class,
               CASE WHEN profile.attitude_date IS NULL OR past.attitude IS NULL THEN 'unknown'
                    WHEN profile.attitude - past.attitude >= %(step)s THEN 'better'
                    WHEN profile.attitude - past.attitude <= -%(step)s THEN 'worse'
                    ELSE 'same' END AS change,
               CASE WHEN profile.first_purchase > %(today)s - %(year)s THEN 'new'
                    WHEN profile.first_purchase > %(today)s - 3 * %(year)s THEN 'known'
                    WHEN profile.first_purchase IS NOT NULL THEN 'old' END AS tenure,
               %(number)s AS number, %(reason)s AS reason
          FROM res_partner p
          JOIN res_company c ON c.id = %(company)s
          JOIN relationship_profile profile
            ON profile.commercial_partner_id = p.commercial_partner_id
           AND profile.company_id = c.id
     LEFT JOIN LATERAL (
            SELECT attitude FROM relationship_snapshot shot
             WHERE shot.commercial_partner_id = p.commercial_partner_id
               AND shot.company_id = c.id AND shot.date <= %(today)s - %(before)s
          ORDER BY shot.date DESC LIMIT 1) past ON TRUE
         %(joins)s
     LEFT JOIN (%(last)s) last
            ON last.person = COALESCE(p.email_normalized, 'contact ' || p.id)
         WHERE %(asked)s
        """,
        step=STEP,
        today=scope.today,
        year=YEAR_DAYS,
        before=BEFORE_DAYS,
        number=sql_unit_hash(f"{study.seed}:interview", SQL("p.id")),
        reason=sql_reason(scope, p, c, SQL("'email'"), last),
        company=scope.company.id,
        joins=contact_rules.sql_joins(p, c),
        last=sql_last(scope, study),
        asked=sql_asked(p, scope.company),
    )


def _sql_matches(scope, quota):
    """SQL that tells whether somebody of the frame is of the kind that a group wants."""
    conditions = [
        SQL("frame.%s = %s", SQL.identifier(name), quota[name])
        for name in ("loyalty_class", "change", "tenure", "lang")
        if quota[name]
    ]
    if quota.shop:
        since = scope.now - timedelta(days=YEAR_DAYS)
        conditions.append(quota._sql_shop(SQL("frame.commercial_partner_id"), since))
    matches = SQL(" AND ").join(SQL("(%s) IS TRUE", each) for each in conditions)
    return SQL("(%s)", matches) if conditions else SQL("TRUE")


def _draw_quota(scope, quota, missing):
    """Take the lowest numbers of a group; one of each customer and of each address."""
    quota.matching_count, quota.reachable_count = scope.execute(
        SQL(
            """
            SELECT COUNT(*), COUNT(*) FILTER (WHERE reason IS NULL) FROM %s frame WHERE %s
            """,
            FRAME,
            _sql_matches(scope, quota),
        )
    ).fetchone()
    quota.flush_recordset()
    scope.execute(
        SQL(
            """
        WITH free AS (
            SELECT frame.*,
                   row_number() OVER (PARTITION BY frame.commercial_partner_id
                                      ORDER BY reason IS NOT NULL, number) AS of_customer,
                   row_number() OVER (PARTITION BY frame.person
                                      ORDER BY reason IS NOT NULL, number) AS of_person
              FROM %(frame)s frame
             WHERE %(matches)s AND NOT EXISTS (
                SELECT 1 FROM relationship_interviewee other
             LEFT JOIN res_partner p ON p.id = other.partner_id
                 WHERE other.study_id = %(study)s
                   AND (other.commercial_partner_id = frame.commercial_partner_id
                        OR p.email_normalized = frame.person))
        ), ordered AS (
            SELECT *, COUNT(*) FILTER (WHERE reason IS NULL) OVER (
                          ORDER BY number, id ROWS UNBOUNDED PRECEDING) AS drawn
              FROM free WHERE of_customer = 1 AND of_person = 1
        )
        INSERT INTO relationship_interviewee (
            study_id, quota_id, company_id, partner_id, commercial_partner_id, lang, state, reason,
            access_token, date_drawn, create_uid, create_date, write_uid, write_date)
        SELECT %(study)s, %(quota)s, %(company)s, id, commercial_partner_id, lang,
               CASE WHEN reason IS NULL THEN 'drawn' ELSE 'left_out' END, reason,
               replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), %(now)s,
               %(user)s, %(now)s, %(user)s, %(now)s
          FROM ordered
         WHERE CASE WHEN reason IS NULL THEN drawn <= %(missing)s ELSE drawn < %(missing)s END
        """,
            frame=FRAME,
            matches=_sql_matches(scope, quota),
            study=quota.study_id.id,
            quota=quota.id,
            company=scope.company.id,
            now=scope.now,
            user=scope.env.uid,
            missing=missing,
        )
    )
