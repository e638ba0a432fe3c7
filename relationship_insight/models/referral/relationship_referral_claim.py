from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.sql_once import once
from .relationship_referral import ENDED, SOURCES, STRENGTH

CLAIM_FIELDS = (
    "lead_id",
    "referrer_name",
    "staff_id",
    "document_model",
    "document_id",
    "note_id",
    "device_key",
    "source_key",
    "date",
)
MATCHES = 8


class RelationshipReferral(models.Model):
    """How a claim comes in, from wherever it was told, and how a bare name finds its customer."""

    _inherit = "relationship.referral"

    @api.model
    def _claim(self, vals):
        """Store that a customer was brought by another, once however often it is sent.

        Trusted code only: what comes from outside has to be checked before. It runs in sudo, so
        that the till, a survey and a public page can claim alike.

        :param dict vals: who was brought: ``referred_id`` or ``lead_id``; who brought them, the
            first that is there of ``code`` (as typed), ``token`` (of a link), ``referrer_id``,
            ``referrer_name``; ``source`` (required); and where it is known: ``company_id``,
            ``date``, ``staff_id``, ``document_model`` with ``document_id``, ``note_id``,
            ``device_key``, ``source_key`` (makes a claim sent twice count once)
        :return: the referral in sudo, new or the one that was known; empty when a code or token
            is unknown
        :raise UserError: when one side is missing
        :raise ConcurrencyError: when another worker stores the same claim; Odoo tries again
        """
        Referral = self.sudo()
        source = vals.get("source")
        if source not in dict(SOURCES):
            raise ValueError(f"a claim needs a source, not {source!r}")
        company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
        code = self.env["relationship.referral.code"]
        referrer = self.env["res.partner"].sudo().browse(vals.get("referrer_id") or [])
        if vals.get("code") or vals.get("token"):
            code = (
                code._find(vals["code"], company)
                if vals.get("code")
                else code._find_by_token(vals["token"]).filtered(
                    lambda known: known.company_id == company
                )
            )
            if not code:
                return Referral
            referrer = code.partner_id
        referred = self.env["res.partner"].sudo().browse(vals.get("referred_id") or [])
        if not (referred or vals.get("lead_id")):
            raise UserError(self.env._("Tell whom they brought: a customer or a lead."))
        data = {name: vals[name] for name in CLAIM_FIELDS if vals.get(name)}
        data |= {
            "company_id": company.id,
            "source": source,
            "code_id": code.id,
            "referrer_id": referrer.id,
            "referred_id": referred.id,
        }
        known = Referral._find_claim(data)
        if known:
            known._strengthen(data)
            return known
        with once(self.env.cr, "The same referral was claimed just now."):
            return Referral.create(data)

    @api.model
    def _find_claim(self, data):
        """Return the stored referral that says the same as these values."""
        if data.get("source_key"):
            known = self.search([("source_key", "=", data["source_key"])], limit=1)
            if known:
                return known
        domain = Domain("company_id", "=", data["company_id"]) & Domain("state", "not in", ENDED)
        if data.get("referred_id"):
            friend = self.env["res.partner"].browse(data["referred_id"])
            domain &= Domain("referred_commercial_id", "=", friend.commercial_partner_id.id)
        else:
            domain &= Domain("lead_id", "=", data["lead_id"])
        if data.get("referrer_id"):
            referrer = self.env["res.partner"].browse(data["referrer_id"])
            domain &= Domain("referrer_commercial_id", "=", referrer.commercial_partner_id.id)
        else:
            domain &= Domain("referrer_id", "=", False) & Domain(
                "referrer_name", "=ilike", (data.get("referrer_name") or "").strip()
            )
        return self.search(domain, order="id", limit=1)

    def _get_told_message(self):
        """Return what to tell whoever noted a claim about what became of it."""
        self.ensure_one()
        if self.state == "rejected":
            reasons = dict(self._fields["reason"]._description_selection(self.env))
            seen = self.flag_ids.filtered(lambda flag: flag.decision != "cleared")
            reason = (
                ", ".join(seen.mapped("display_name"))
                if self.reason in ("block", "flag")
                else reasons.get(self.reason, "")
            )
            return self.env._("Noted, but it doesn't count: %(reason)s", reason=reason)
        if self.winner_id:
            return self.env._(
                "Noted. %(name)s was named before and counts.", name=self.winner_id.referrer_id.name
            )
        if not self.referrer_id:
            return self.env._("Noted. Customer Relations will find out who that is.")
        return self.env._("Noted: %(name)s brought them.", name=self.referrer_id.name)

    def _strengthen(self, data):
        """Keep the better proof of the two when the same is told again."""
        self.ensure_one()
        if STRENGTH[data["source"]] > STRENGTH[self.source] and self.state == "claimed":
            self.write(
                {
                    "source": data["source"],
                    "code_id": data.get("code_id") or self.code_id.id,
                }
            )
            self._start()

    # ------------------------------------------------------------
    # Names that wait for a customer
    # ------------------------------------------------------------

    def get_matches(self):
        """Return the customers who may be meant by the name that was told.

        :return: list of dicts with ``id``, ``name``, ``phone``, ``email``, ``city``
        """
        self.ensure_one()
        self.check_access("read")
        return self.env["res.partner"]._find_referrers(
            self.referrer_name, exclude=self.referred_commercial_id, limit=MATCHES
        )

    def _match(self, partner):
        """The name these claims tell is this customer; one said twice is kept once."""
        for referral in self.sudo():
            twin = self.sudo()._find_claim(
                {
                    "company_id": referral.company_id.id,
                    "referred_id": referral.referred_id.id,
                    "lead_id": referral.lead_id.id,
                    "referrer_id": partner.id,
                }
            )
            if twin:
                twin._strengthen({"source": referral.source})
                referral.write({"state": "rejected", "reason": "other", "winner_id": twin.id})
            else:
                referral.referrer_id = partner

    def action_match(self):
        """Open the screen where the desk finds the customer behind a name."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who is %(name)s?", name=self.referrer_name),
            "res_model": "relationship.referral.match",
            "view_mode": "form",
            "target": "new",
            "context": {"default_referral_id": self.id},
        }

    def action_open_order(self):
        """Open the purchase that made the referral count."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.order_model,
            "res_id": self.order_id,
            "view_mode": "form",
        }
