from odoo import api, fields, models

from .relationship_invitation import CHANNELS


class RelationshipContactPreference(models.Model):
    """How one person wants to be asked by one company. Nothing here: the usual way."""

    _name = "relationship.contact.preference"
    _description = "How to Be Asked"
    _inherit = "relationship.guarded"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    paused_until = fields.Date(string="Takes a Break Until")
    pace = fields.Selection(
        [
            ("normal", "As usual"),
            ("half", "Half as often"),
            ("quarter", "A quarter as often"),
        ],
        required=True,
        default="normal",
    )
    channel = fields.Selection(CHANNELS, string="Wants to Be Asked By")
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(), string="Language"
    )
    date_wishes_asked = fields.Datetime(
        string="Asked How to Be Asked",
        readonly=True,
        help="Once, after so many ignored invitations that nobody asks them any more.",
    )
    date_wished = fields.Datetime(
        string="Told Us On", readonly=True, help="What they ignored before counts no more."
    )
    opted_out = fields.Boolean(string="Wants No Questions at All")
    opted_out_campaign_ids = fields.Many2many(
        "relationship.campaign",
        "relationship_contact_preference_campaign_rel",
        string="Left These Campaigns",
    )

    _partner_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id)", "This customer's wishes are noted already."
    )

    @api.model
    def _get_or_create(self, partner, company):
        """Return the preference of a person in a company, new if there was none."""
        owner = {"partner_id": partner.id, "company_id": company.id}
        found = self.search([(name, "=", value) for name, value in owner.items()], limit=1)
        return found or self.create(owner)
