import uuid

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

NAMES_SHOWN = 5


class RelationshipNoteEach(models.TransientModel):
    """The same conversation with several customers, stored once for each of them."""

    _name = "relationship.note.each"
    _description = "Log a Conversation with Each"
    _inherit = "relationship.each"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    channel = fields.Selection(
        selection=lambda self: (
            self.env["relationship.note"]._fields["channel"]._description_selection(self.env)
        ),
        required=True,
        default="event",
    )
    purpose = fields.Selection(
        selection=lambda self: (
            self.env["relationship.note"]._fields["purpose"]._description_selection(self.env)
        ),
        required=True,
        default="listen",
    )
    feeling_ids = fields.Many2many(
        "relationship.measure",
        string="Feelings",
        domain=[("kind", "=", "emotion"), ("parent_id.code", "=", "M02")],
    )
    summary = fields.Text(string="What Was Said")
    visibility = fields.Selection(
        selection=lambda self: (
            self.env["relationship.note"]._fields["visibility"]._description_selection(self.env)
        ),
        string="Who May Read It",
        required=True,
        default="company",
    )
    source_key = fields.Char(
        readonly=True,
        default=lambda self: uuid.uuid4().hex,
        help="Makes a list that is sent twice count once.",
    )

    def action_log(self):
        """Store one conversation per customer, all of them or none."""
        self.ensure_one()
        self._check_customers()
        self._check_company_of_customers()
        notes = self.env["relationship.note"].create(
            [self._prepare_note_vals(partner) for partner in self.partner_ids]
        )
        return self._tell(self.env._("%(count)s conversations logged.", count=len(notes)))

    def _check_company_of_customers(self):
        """Name whom nothing can be logged with, before anything is stored."""
        partners = self.partner_ids
        foreign = partners - partners.filtered_domain(
            partners._check_company_domain(self.company_id)
        )
        if foreign:
            names = ", ".join(foreign[:NAMES_SHOWN].mapped("display_name"))
            raise UserError(
                self.env._(
                    "These belong to another company than %(company)s: %(names)s. "
                    "Take them off the list.",
                    company=self.company_id.name,
                    names=names,
                )
            )

    def _prepare_note_vals(self, partner):
        return {
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "date": self.date,
            "channel": self.channel,
            "purpose": self.purpose,
            "feeling_ids": [Command.set(self.feeling_ids.ids)],
            "summary": self.summary,
            "visibility": self.visibility,
            "source_key": f"{self.source_key}:{partner.id}",
        }
