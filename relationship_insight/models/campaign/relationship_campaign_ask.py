from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from . import contact_rules
from .planner import verdicts
from .planner.draw import sql_stratum
from .planner.scope import Scope
from .relationship_invitation import CONTACT_CHANNELS


class RelationshipCampaign(models.Model):
    """The other ways to be asked: chosen by hand, or by coming along. No way around the rules."""

    _inherit = "relationship.campaign"

    def _ask(self, partners):
        """Ask these contacts now, as far as the rules for everybody allow.

        Each gets a line in the ledger; who has to wait is asked by the planner later. Asking
        somebody twice on a day counts once.

        :return: the lines of the ledger
        """
        self.ensure_one()
        if self.state != "running":
            raise UserError(
                self.env._("%(campaign)s isn't running, so it asks nobody.", campaign=self.name)
            )
        self.instrument_id._get_live_version()
        now = fields.Datetime.now()
        company = self.company_id
        sudo = self.sudo().with_company(company)
        sudo.env.flush_all()
        sudo.env["relationship.planner"]._lock(company, now)
        keys = {f"ask:{partner.id}:{now.date()}": partner.id for partner in partners}
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO relationship_eligibility (
                campaign_id, partner_id, company_id, date, outcome, reason, event_key, stratum,
                inclusion_probability, date_first, date_until, date_expire)
            SELECT %(campaign)s, p.id, %(company)s, %(now)s, 'deferred', 'not_due', asked.key,
                   %(stratum)s, 1, %(now)s, %(now)s, %(expire)s
              FROM unnest(%(keys)s, %(ids)s) asked (key, partner_id)
              JOIN res_partner p ON p.id = asked.partner_id
                ON CONFLICT DO NOTHING
            """,
                campaign=self.id,
                company=company.id,
                now=now,
                stratum=sql_stratum(self, SQL("p")),
                expire=now + timedelta(days=self.wait_days),
                keys=list(keys),
                ids=list(keys.values()),
            )
        )
        verdicts.decide(Scope(sudo.company_id, now))
        sudo.env.invalidate_all()
        return self.env["relationship.eligibility"].search(
            [("campaign_id", "=", self.id), ("event_key", "in", list(keys))]
        )

    def _add_to_audience(self, partners):
        """Let a campaign that hasn't begun ask these contacts, beside whom it asks already.

        A campaign for everybody becomes one for these: nobody was chosen for it as yet.
        """
        self.ensure_one()
        chosen = Domain("id", "in", partners.ids)
        audience = self._get_audience_domain()
        self.audience_domain = repr(
            list(chosen if audience.is_true() else Domain.OR([audience, chosen]))
        )

    def _open_invitation(self, channel, partner=None, source_key=None, **vals):
        """Return an invitation for somebody who comes along: a receipt, a page in the shop, a link.

        It is not asking, so the waiting times don't apply; those never asked and those who want
        no questions get none all the same.

        :param source_key: names the occasion; the same one returns the same invitation
        :param vals: order_model, order_id, shop_model, shop_id, shop_name, staff_id, lang, ...
        :return: a sudo invitation in state ``sent``, empty where nobody may be asked
        """
        self.ensure_one()
        Invitation = self.env["relationship.invitation"].sudo()
        if source_key:
            found = Invitation.search([("source_key", "=", source_key)], limit=1)
            if found:
                return found
        version = self.instrument_id.sudo().live_version_id
        if self.state != "running" or not version:
            return Invitation
        # Who goes on after the last question comes along too, wherever they are.
        asked = channel in CONTACT_CHANNELS and not (source_key or "").startswith("thanks:")
        if partner and (asked or not self._may_come_along(partner)):
            return Invitation
        now = fields.Datetime.now()
        wave = self.sudo().current_wave_id
        return Invitation.create(
            {
                "lang": partner.lang if partner else False,
                **vals,
                "campaign_id": self.id,
                "wave_id": wave.id if not partner else False,
                "version_id": version.id,
                "company_id": self.company_id.id,
                "partner_id": partner.id if partner else False,
                "channel": channel,
                "state": "sent",
                "source_key": source_key,
                "date_planned": now,
                "date_sent": now,
                "date_expire": now + timedelta(days=self.link_days),
            }
        )

    def _may_come_along(self, partner):
        """Tell whether a known customer may be shown questions at all."""
        self.ensure_one()
        p, c = SQL("p"), SQL("c")
        refusals = contact_rules.get_refusals(p, c, fields.Date.today(), SQL("%s", self.id))
        self.env.flush_all()
        return bool(
            self.env.execute_query(
                SQL(
                    "SELECT 1 FROM res_partner p JOIN res_company c ON c.id = %s %s"
                    " WHERE p.id = %s AND NOT %s",
                    self.company_id.id,
                    contact_rules.sql_joins(p, c),
                    partner.id,
                    contact_rules.sql_any(refusals, contact_rules.UNASKED),
                )
            )
        )
