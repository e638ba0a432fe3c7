from odoo import fields, models

COUNTS = {
    "asked_count": "__count",
    "sent_count": "date_sent:count",
    "open_count": "date_open:count",
    "start_count": "date_start:count",
    "done_count": "date_done:count",
}


class RelationshipAskingCounts(models.AbstractModel):
    """Figures of a campaign or a wave: how many were asked and how far they came, live."""

    _name = "relationship.asking.counts"
    _description = "How Far Those Asked Came"

    # The field of invitations and of the ledger that names such a record.
    _asking_field = None

    asked_count = fields.Integer(string="Asked", compute="_compute_counts")
    sent_count = fields.Integer(string="Sent", compute="_compute_counts")
    open_count = fields.Integer(string="Opened", compute="_compute_counts")
    start_count = fields.Integer(string="Started", compute="_compute_counts")
    done_count = fields.Integer(string="Finished", compute="_compute_counts")
    done_share = fields.Float(
        string="Answer Rate", compute="_compute_counts", help="Finished of those it was sent to."
    )
    waiting_count = fields.Integer(
        string="Still to Come",
        compute="_compute_counts",
        help="Their turn comes later, or something holds them up.",
    )

    def _compute_counts(self):
        domain = [(self._asking_field, "in", self.ids)]
        asked = {
            record: counts
            for record, *counts in self.env["relationship.invitation"]._read_group(
                [*domain, ("state", "!=", "cancelled")], [self._asking_field], list(COUNTS.values())
            )
        }
        waiting = dict(
            self.env["relationship.eligibility"]._read_group(
                [*domain, ("outcome", "=", "deferred")], [self._asking_field], ["__count"]
            )
        )
        for record in self:
            counts = asked.get(record, [0] * len(COUNTS))
            for field, count in zip(COUNTS, counts):
                record[field] = count
            record.done_share = record.done_count / record.sent_count if record.sent_count else 0
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
