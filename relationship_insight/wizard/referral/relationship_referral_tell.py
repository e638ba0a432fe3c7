from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class RelationshipReferralTell(models.TransientModel):
    """Who told you about us? Asked from a contact, a lead or an order."""

    _name = "relationship.referral.tell"
    _description = "Who Brought Them?"
    _inherit = "relationship.guarded"

    referred_id = fields.Many2one("res.partner", string="Customer", ondelete="cascade")
    lead_id = fields.Many2one("crm.lead", ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    document_model = fields.Char()
    document_id = fields.Many2oneReference(model_field="document_model")
    referrer_id = fields.Many2one(
        "res.partner",
        string="A Customer of Ours",
        domain="[('id', '!=', referred_id), ('company_id', 'in', (False, company_id))]",
    )
    referrer_name = fields.Char(
        string="Somebody Else",
        compute="_compute_referrer_name",
        store=True,
        readonly=False,
        precompute=True,
    )
    code = fields.Char(string="Their Code")
    known = fields.Char(string="So Far", compute="_compute_known")

    @api.depends("lead_id")
    def _compute_referrer_name(self):
        for wizard in self:
            wizard.referrer_name = wizard.referrer_name or wizard.lead_id.referred

    @api.depends("referred_id", "lead_id")
    def _compute_known(self):
        for wizard in self:
            domain = (
                [("referred_commercial_id", "=", wizard.referred_id.commercial_partner_id.id)]
                if wizard.referred_id
                else [("lead_id", "=", wizard.lead_id.id)]
            )
            claims = self.env["relationship.referral"].search(
                [
                    *domain,
                    ("company_id", "=", wizard.company_id.id),
                    ("state", "not in", ("rejected", "expired")),
                ]
            )
            wizard.known = ", ".join(
                claim.referrer_id.name or claim.referrer_name or "" for claim in claims
            )

    @api.model
    def _get_sources(self):
        """Return {model of the document it was told on: source of the referral}."""
        return {"sale.order": "sale", "crm.lead": "lead"}

    def action_tell(self):
        """Note it; the programme decides whether it counts at once."""
        self.ensure_one()
        self.env["relationship.referral"].check_access("create")
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("You don't work in this company at the moment."))
        friend = self.referred_id or self.lead_id
        if not friend:
            raise UserError(self.env._("Tell whom they brought: a customer or a lead."))
        friend.check_access("read")
        if self.code:
            self.env["relationship.referral.code"]._find_for(
                self.code, self.company_id, self.referred_id or self.lead_id.partner_id
            )
        source = (
            "code"
            if self.code
            else self._get_sources().get(
                self.document_model or (self.lead_id and "crm.lead"), "staff"
            )
        )
        referral = self.env["relationship.referral"]._claim(
            {
                "referred_id": self.referred_id.id,
                "lead_id": self.lead_id.id,
                "company_id": self.company_id.id,
                "source": source,
                "code": self.code,
                "referrer_id": self.referrer_id.id,
                "referrer_name": False if self.referrer_id else self.referrer_name,
                "document_model": self.document_model,
                "document_id": self.document_id,
                "staff_id": self.env.user.partner_id.id,
            }
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if referral.state != "rejected" else "warning",
                "message": referral._get_told_message(),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
