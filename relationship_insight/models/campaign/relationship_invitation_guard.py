from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.sql_hash import sql_unit_hash
from .relationship_invitation import CONTACT_CHANNELS

# What an invitation is about can't change afterwards.
FIXED_FIELDS = {"campaign_id", "company_id", "partner_id", "source_key", "version_id", "wave_id"}


class RelationshipInvitation(models.Model):
    """What no path may do, kept by the database itself: the holdout and the 24 hours."""

    _inherit = "relationship.invitation"

    # int4range stands in for "=", which would need an extension.
    _floor = models.Constraint(
        "EXCLUDE USING gist (int4range(partner_id, partner_id, '[]') WITH &&,"
        " tsrange(date_planned, date_planned + interval '24 hours') WITH &&)"
        " WHERE (partner_id IS NOT NULL AND state NOT IN ('cancelled', 'failed')"
        " AND channel NOT IN ('receipt', 'kiosk')"
        " AND left(source_key, 7) IS DISTINCT FROM 'thanks:')",
        "Nobody is asked twice within 24 hours.")

    def init(self):
        self.env.cr.execute(SQL(
            """
            CREATE OR REPLACE FUNCTION relationship_invitation_holdout() RETURNS trigger
            LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (
                    SELECT 1 FROM res_partner p JOIN res_company c ON c.id = NEW.company_id
                     WHERE p.id = NEW.partner_id AND %(holdout)s
                ) THEN
                    RAISE EXCEPTION 'Customer %% is in the group that is never asked',
                        NEW.partner_id USING ERRCODE = 'check_violation',
                        CONSTRAINT = 'relationship_invitation_holdout';
                END IF;
                RETURN NEW;
            END $$;
            CREATE OR REPLACE TRIGGER relationship_invitation_holdout
            BEFORE INSERT ON relationship_invitation FOR EACH ROW
            WHEN (NEW.partner_id IS NOT NULL)
            EXECUTE FUNCTION relationship_invitation_holdout()
            """, holdout=self._sql_holdout(SQL("p.commercial_partner_id"), SQL("c"))))
        return super().init()

    @api.model
    def _sql_holdout(self, commercial, company):
        """SQL that says whether a customer entity is never asked by a company (SQL alias)."""
        return SQL(
            "(COALESCE(%(company)s.relationship_holdout_share, 0) > %(draw)s)",
            company=company,
            draw=sql_unit_hash(
                SQL("COALESCE(%s.relationship_holdout_seed, '') || ':holdout'", company),
                commercial))

    @api.model
    def _filter_holdout(self, partners, company):
        """Return those of these customers that are never asked."""
        self.env["res.company"].flush_model()
        partners.flush_recordset(["commercial_partner_id"])
        rows = self.env.execute_query(SQL(
            """
            SELECT p.id FROM res_partner p JOIN res_company c ON c.id = %s
             WHERE p.id = ANY(%s) AND %s
            """, company.id, partners.ids,
            self._sql_holdout(SQL("p.commercial_partner_id"), SQL("c"))))
        return partners.browse(row[0] for row in rows)

    @api.model_create_multi
    def create(self, vals_list):
        Partner = self.env["res.partner"].sudo()
        by_company = {}
        for vals in vals_list:
            if vals.get("partner_id"):
                by_company.setdefault(vals["company_id"], set()).add(vals["partner_id"])
        for company_id, ids in by_company.items():
            if self._filter_holdout(
                    Partner.browse(ids), self.env["res.company"].sudo().browse(company_id)):
                raise UserError(self.env._(
                    "This customer belongs to the group that is never asked."))
        return super().create(vals_list)

    def write(self, vals):
        if FIXED_FIELDS & set(vals):
            raise UserError(self.env._("An invitation stays with the customer it was made for."))
        return super().write(vals)

    @api.model
    def _sql_contact(self, alias):
        """SQL that says whether an invitation counts as asking somebody."""
        return SQL(
            "(%(i)s.channel IN %(channels)s AND %(i)s.state NOT IN ('cancelled', 'failed'))",
            i=alias, channels=CONTACT_CHANNELS)

    @api.model
    def _sql_last_touch(self, alias):
        """SQL of the moment an invitation reached somebody last, its reminders included."""
        return SQL(
            "GREATEST(%(i)s.date_planned, %(i)s.date_sent, %(i)s.date_reminder)", i=alias)
