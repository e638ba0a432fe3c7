from odoo import api, models
from odoo.tools import SQL

BLOCKING = {
    "self",
    "email",
    "phone",
    "card",
    "company",
    "circular",
    "staff_self",
    "existing",
}
MAX_CHAIN = 200
BURST = "1 day"
SURE_SHARE = 0.8
USUAL_SHARE = 0.5


class RelationshipReferral(models.Model):
    """The rules that block a referral or ask for a look. Each is one SELECT over a whole batch.

    A rule is a method named ``_rule_<subject>`` returning SELECTs (referral_id, rule, evidence);
    ``target`` is the SQL of the referrals to look at, with both sides' contacts as ``a`` (who
    brought them) and ``b`` (the friend).
    """

    _inherit = "relationship.referral"

    @api.model
    def _get_rule_queries(self, ids):
        return [
            *self._rule_identity(ids),
            *self._rule_circular(ids),
            *self._rule_staff(ids),
            *self._rule_recycled(ids),
            *self._rule_farming(ids),
        ]

    def _apply_rules(self):
        """Flag what the rules see in these referrals, each reason once; block what must be."""
        if not self:
            return
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
            SELECT DISTINCT ON (found.referral_id, found.rule) found.referral_id, found.rule,
                   found.evidence
              FROM (%(found)s) found (referral_id, rule, evidence)
             WHERE NOT EXISTS (
                SELECT 1 FROM relationship_referral_flag flag
                 WHERE flag.referral_id = found.referral_id AND flag.rule = found.rule)
          ORDER BY found.referral_id, found.rule, found.evidence
            """,
                found=SQL(" UNION ALL ").join(self._get_rule_queries(self.ids)),
            )
        )
        self._add_flags(rows)

    @api.model
    def _add_flags(self, rows):
        """Store (referral id, rule, evidence) rows as flags and reject what is blocked."""
        if not rows:
            return self.env["relationship.referral.flag"]
        flags = self.env["relationship.referral.flag"].create(
            [
                {
                    "referral_id": referral_id,
                    "rule": rule,
                    "severity": "block" if rule in BLOCKING else "flag",
                    "evidence": evidence,
                }
                for referral_id, rule, evidence in rows
            ]
        )
        flags.referral_id._apply_blocks()
        return flags

    @api.model
    def _sql_target(self, ids):
        return SQL(
            """
            relationship_referral r
              JOIN res_partner a ON a.id = r.referrer_id
              JOIN res_partner b ON b.id = r.referred_id
             WHERE r.id = ANY(%s) AND r.state NOT IN ('rejected', 'expired')
            """,
            list(ids),
        )

    @api.model
    def _rule_identity(self, ids):
        """Both sides are one person, or one household, company or wallet."""
        target = self._sql_target(ids)

        def rule(name, evidence, condition):
            return SQL("SELECT r.id, %s, %s FROM %s AND %s", name, evidence, target, condition)

        # What stands behind a + only sorts a mailbox.
        mail = "REGEXP_REPLACE(%s.email_normalized, '\\+[^@]*@', '@')"
        mail_a, mail_b = SQL(mail % "a"), SQL(mail % "b")
        place = "LOWER(REGEXP_REPLACE(%s.street, '[^[:alnum:]]', '', 'g'))"
        street_a, street_b = SQL(place % "a"), SQL(place % "b")
        apart = SQL("a.commercial_partner_id != b.commercial_partner_id")
        company = SQL(
            "(SELECT is_company FROM res_partner WHERE id = a.commercial_partner_id) IS TRUE"
        )
        return [
            rule(
                "self",
                SQL("a.complete_name"),
                SQL("(a.id = b.id OR NOT %s AND NOT %s)", apart, company),
            ),
            rule(
                "company",
                SQL("a.commercial_company_name"),
                SQL("a.id != b.id AND NOT %s AND %s", apart, company),
            ),
            rule(
                "company",
                SQL("a.vat"),
                SQL("%s AND LENGTH(a.vat) > 3 AND UPPER(a.vat) = UPPER(b.vat)", apart),
            ),
            rule("email", SQL("a.email_normalized"), SQL("%s AND %s = %s", apart, mail_a, mail_b)),
            rule(
                "phone",
                SQL("a.phone_sanitized"),
                SQL(
                    "%s AND LENGTH(a.phone_sanitized) > 5 AND a.phone_sanitized = "
                    "b.phone_sanitized",
                    apart,
                ),
            ),
            rule(
                "household",
                SQL("a.street"),
                SQL(
                    """
                %s AND LENGTH(%s) > 3 AND %s = %s
                   AND COALESCE(LOWER(a.zip), LOWER(a.city), '')
                     = COALESCE(LOWER(b.zip), LOWER(b.city), '')
                """,
                    apart,
                    street_a,
                    street_a,
                    street_b,
                ),
            ),
            SQL(
                """
                SELECT r.id, 'card', account.sanitized_acc_number
                  FROM res_partner_bank account
                  JOIN res_partner_bank same USING (sanitized_acc_number)
                  JOIN res_partner a ON a.id = account.partner_id
                  JOIN res_partner b ON b.id = same.partner_id
                   AND b.commercial_partner_id != a.commercial_partner_id
                  JOIN relationship_referral r
                    ON r.referrer_commercial_id = a.commercial_partner_id
                   AND r.referred_commercial_id = b.commercial_partner_id
                 WHERE r.id = ANY(%s) AND r.state NOT IN ('rejected', 'expired')
                """,
                list(ids),
            ),
            SQL(
                """
                SELECT r.id, 'card', a.barcode ->> r.company_id::text FROM %s
                   AND %s AND a.barcode ->> r.company_id::text = b.barcode ->> r.company_id::text
                """,
                target,
                apart,
            ),
        ]

    @api.model
    def _rule_circular(self, ids):
        """The friend stands above who brought them, in the chain of accepted referrals."""
        return [
            SQL(
                """
            SELECT id, 'circular', name FROM (
                WITH RECURSIVE above (id, node, friend, company_id, path, name) AS (
                    SELECT r.id, r.referrer_commercial_id, r.referred_commercial_id,
                           r.company_id, ARRAY[r.referrer_commercial_id], b.complete_name
                      FROM %(target)s AND a.commercial_partner_id != b.commercial_partner_id
                 UNION ALL
                    SELECT above.id, edge.referrer_commercial_id, above.friend,
                           above.company_id, above.path || edge.referrer_commercial_id, above.name
                      FROM above
                      JOIN relationship_referral edge
                        ON edge.referred_commercial_id = above.node
                       AND edge.company_id = above.company_id
                       AND edge.state IN ('confirmed', 'qualified', 'rewarded')
                     WHERE NOT edge.referrer_commercial_id = ANY(above.path)
                       AND CARDINALITY(above.path) < %(longest)s
                       AND above.node != above.friend
                )
                SELECT id, name FROM above WHERE node = friend
            ) closed
            """,
                target=self._sql_target(ids),
                longest=MAX_CHAIN,
            )
        ]

    @api.model
    def _rule_staff(self, ids):
        """Staff who bring themselves, or whom they note down on their own."""
        target = self._sql_target(ids)
        return [
            SQL(
                "SELECT r.id, 'staff_self', a.complete_name FROM %s AND r.staff_id IN (a.id, b.id)"
                " AND r.source IN ('pos', 'sale', 'staff', 'lead')",
                target,
            ),
            SQL(
                """
                SELECT r.id, 'staff', a.complete_name FROM %s
                   AND (r.staff_id IS NULL OR r.staff_id NOT IN (a.id, b.id))
                   AND EXISTS (
                        SELECT 1 FROM res_users u
                         WHERE u.partner_id IN (a.id, b.id) AND u.active AND NOT u.share)
                """,
                target,
            ),
        ]

    @api.model
    def _rule_recycled(self, ids):
        """The friend is new, but their phone or e-mail bought here before under another name."""
        same = (
            (
                SQL("other.phone_sanitized = b.phone_sanitized AND LENGTH(b.phone_sanitized) > 5"),
                SQL("b.phone_sanitized"),
            ),
            (SQL("other.email_normalized = b.email_normalized"), SQL("b.email_normalized")),
        )
        return [
            SQL(
                """
                SELECT r.id, 'recycled', %(evidence)s FROM %(target)s AND EXISTS (
                    SELECT 1 FROM res_partner other
                      JOIN relationship_profile earlier
                        ON earlier.commercial_partner_id = other.commercial_partner_id
                       AND earlier.company_id = r.company_id
                     WHERE %(same)s AND earlier.first_purchase < r.date
                       AND other.commercial_partner_id NOT IN (
                            a.commercial_partner_id, b.commercial_partner_id))
                """,
                evidence=evidence,
                target=self._sql_target(ids),
                same=condition,
            )
            for condition, evidence in same
        ]

    @api.model
    def _rule_farming(self, ids):
        """Friends who come for the reward: many at once, never back, one device, one cashier."""
        mine = SQL(
            """
            SELECT r.id, r.referrer_commercial_id AS node, r.company_id, r.date, r.device_key,
                   r.referred_commercial_id AS friend, p.farm_count, p.farm_share, p.farm_days
              FROM relationship_referral r
              JOIN relationship_referral_program p ON p.id = r.program_id
             WHERE r.id = ANY(%s) AND r.state NOT IN ('rejected', 'expired')
            """,
            list(ids),
        )
        brought = SQL(
            """
            FROM relationship_referral x
             WHERE x.referrer_commercial_id = mine.node AND x.company_id = mine.company_id
               AND x.state != 'expired'
            """
        )
        told = SQL("x.source IN ('pos', 'sale', 'staff') AND x.staff_id IS NOT NULL")
        return [
            SQL(
                """
                SELECT mine.id, 'farming', seen.gone || ' / ' || seen.n FROM (%s) mine
                CROSS JOIN LATERAL (
                    SELECT COUNT(*) AS n,
                           COUNT(*) FILTER (WHERE COALESCE(friend.purchase_days, 0) <= 1) AS gone
                      FROM relationship_referral x
                 LEFT JOIN relationship_profile friend
                        ON friend.commercial_partner_id = x.referred_commercial_id
                       AND friend.company_id = x.company_id
                     WHERE x.referrer_commercial_id = mine.node
                       AND x.company_id = mine.company_id
                       AND x.state IN ('qualified', 'rewarded')
                       AND x.order_date < NOW() AT TIME ZONE 'UTC'
                           - mine.farm_days * INTERVAL '1 day'
                ) seen
                 WHERE seen.n >= mine.farm_count AND seen.gone >= mine.farm_share * seen.n
                """,
                mine,
            ),
            SQL(
                """
                SELECT mine.id, 'burst', seen.n::text FROM (%s) mine
                CROSS JOIN LATERAL (
                    SELECT COUNT(*) AS n %s
                       AND x.date > mine.date - %s::interval AND x.date <= mine.date
                ) seen
                 WHERE seen.n >= mine.farm_count
                """,
                mine,
                brought,
                BURST,
            ),
            SQL(
                """
                SELECT mine.id, 'device', seen.n::text FROM (%s) mine
                CROSS JOIN LATERAL (
                    SELECT COUNT(DISTINCT x.referred_commercial_id) AS n
                      FROM relationship_referral x
                     WHERE x.device_key = mine.device_key AND x.company_id = mine.company_id
                ) seen
                 WHERE mine.device_key IS NOT NULL AND seen.n > 1
                """,
                mine,
            ),
            SQL(
                """
                SELECT mine.id, 'cashier', who.complete_name FROM (%(mine)s) mine
                CROSS JOIN LATERAL (
                    SELECT x.staff_id, COUNT(*) AS own,
                           SUM(COUNT(*)) OVER () AS total %(brought)s AND %(told)s
                  GROUP BY x.staff_id ORDER BY own DESC LIMIT 1
                ) seen
                CROSS JOIN LATERAL (
                    SELECT COUNT(*) AS total,
                           COUNT(*) FILTER (WHERE x.staff_id = seen.staff_id) AS own
                      FROM relationship_referral x
                     WHERE x.company_id = mine.company_id AND %(told)s
                       AND x.referrer_commercial_id != mine.node
                ) usual
                  JOIN res_partner who ON who.id = seen.staff_id
                 WHERE seen.total >= mine.farm_count AND seen.own >= %(sure)s * seen.total
                   AND usual.total >= mine.farm_count AND usual.own <= %(usual)s * usual.total
                """,
                mine=mine,
                brought=brought,
                told=told,
                sure=SURE_SHARE,
                usual=USUAL_SHARE,
            ),
        ]
