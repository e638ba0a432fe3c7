from odoo import fields, models
from odoo.fields import Domain

# Which invitations are counted as what, on every screen. Each stage is what the one before let
# through; who answered has opened, even if no mail told.
STAGES = {
    "planned": Domain("state", "!=", "cancelled"),
    "sent": Domain("state", "not in", ("planned", "sending", "cancelled"))
    & Domain("date_sent", "!=", False),
    "delivered": Domain("state", "not in", ("planned", "sending", "cancelled", "failed"))
    & Domain("date_sent", "!=", False)
    & Domain("failure_type", "=", False),
    "opened": Domain("state", "not in", ("planned", "sending", "cancelled", "failed"))
    & (Domain("date_open", "!=", False) | Domain("date_start", "!=", False)),
    "started": Domain("date_start", "!=", False),
    "done": Domain("date_done", "!=", False),
}
COUNTS = {
    "asked_count": "planned",
    "sent_count": "sent",
    "reached_count": "delivered",
    "open_count": "opened",
    "start_count": "started",
    "done_count": "done",
}


class RelationshipAskingCounts(models.AbstractModel):
    """Figures of a campaign or a wave: how many were asked and how far they came, live."""

    _name = "relationship.asking.counts"
    _description = "How Far Those Asked Came"

    # The field of invitations and of the ledger that names such a record.
    _asking_field = None

    asked_count = fields.Integer(
        string="Invitations",
        compute="_compute_counts",
        help="Not customers: one who is asked in several waves has several.",
    )
    sent_count = fields.Integer(string="Sent", compute="_compute_counts")
    reached_count = fields.Integer(string="Delivered", compute="_compute_counts")
    open_count = fields.Integer(string="Opened", compute="_compute_counts")
    start_count = fields.Integer(string="Started", compute="_compute_counts")
    done_count = fields.Integer(string="Finished", compute="_compute_counts")
    done_share = fields.Float(
        string="Answer Rate", compute="_compute_counts", help="Finished of those delivered."
    )
    waiting_count = fields.Integer(
        string="Still to Come",
        compute="_compute_counts",
        help="Their turn comes later, or something holds them up.",
    )

    def _compute_counts(self):
        domain = Domain(self._asking_field, "in", self.ids)
        Invitation = self.env["relationship.invitation"]
        counts = {
            name: dict(
                Invitation._read_group(domain & STAGES[stage], [self._asking_field], ["__count"])
            )
            for name, stage in COUNTS.items()
        }
        waiting = dict(
            self.env["relationship.eligibility"]._read_group(
                domain & Domain("outcome", "=", "deferred"), [self._asking_field], ["__count"]
            )
        )
        for record in self:
            for name in COUNTS:
                record[name] = counts[name].get(record, 0)
            reached = record.reached_count
            record.done_share = record.done_count / reached if reached else 0
            record.waiting_count = waiting.get(record, 0)

    def action_view_invitations(self):
        """Open the invitations that are counted here."""
        return self._open("relationship_invitation_action")

    def action_view_ledger(self):
        """Open who was asked, who wasn't, and why."""
        return self._open("relationship_eligibility_action")

    def _open(self, xmlid):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(f"relationship_insight.{xmlid}"),
            "domain": [(self._asking_field, "=", self.id)],
            "context": {},
        }
