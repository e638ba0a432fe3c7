from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [
    ("record", "We may record and write down what they say"),
    ("quote", "We may quote their words"),
    ("name", "We may say who said it"),
]
SCOPES = [
    ("study", "For this study"),
    ("inside", "Everywhere in the company"),
    ("public", "In public"),
]
RANKS = {scope: rank for rank, (scope, _label) in enumerate(SCOPES)}


class RelationshipInterviewConsent(models.Model):
    """One yes of a customer: to what, how far, since when, and until when if they took it back."""

    _name = "relationship.interview.consent"
    _description = "Consent to an Interview"
    _inherit = "relationship.guarded"
    _order = "id desc"
    _rec_name = "kind"

    interviewee_id = fields.Many2one(
        "relationship.interviewee",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="interviewee_id.company_id", store=True, index=True)
    kind = fields.Selection(KINDS, string="To What", required=True)
    scope = fields.Selection(SCOPES, string="How Far", required=True, default="study")
    source = fields.Selection(
        [("staff", "Told a colleague"), ("page", "On their own page")],
        string="How",
        required=True,
        default="staff",
        readonly=True,
    )
    date = fields.Datetime(
        string="Since", required=True, readonly=True, default=lambda self: fields.Datetime.now()
    )
    date_withdrawn = fields.Datetime(string="Taken Back On", readonly=True)

    _given_idx = models.Index("(interviewee_id, kind) WHERE date_withdrawn IS NULL")

    @api.model_create_multi
    def create(self, vals_list):
        consents = super().create(vals_list)
        left = consents.interviewee_id.filtered(
            lambda one: one.state == "left_out" or not one.partner_id
        )
        if left:
            raise UserError(self.env._("Nobody talks with this customer."))
        return consents

    def action_withdraw(self):
        """Note that the customer took it back."""
        self.check_access("write")
        self.sudo()._withdraw()

    def _withdraw(self):
        given = self.filtered(lambda consent: not consent.date_withdrawn)
        given.write({"date_withdrawn": fields.Datetime.now()})
        for kind, consents in given.grouped("kind").items():
            consents.interviewee_id._consent_changed(kind)
