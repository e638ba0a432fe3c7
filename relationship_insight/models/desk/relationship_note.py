from odoo import api, models

from ..talk.relationship_touch import NOT_A_TALK

# A change of one of these may move the date of the last touch.
TOUCH_FIELDS = {
    "attendee_ids",
    "channel",
    "company_id",
    "date",
    "initiator",
    "partner_id",
    "staff_id",
    "team_id",
    "visibility",
}


class RelationshipNote(models.Model):
    """Whoever logs a conversation sees the next date at once."""

    _inherit = "relationship.note"

    @api.model_create_multi
    def create(self, vals_list):
        notes = super().create(vals_list)
        notes._finish_proposed_tasks()
        notes._sync_touch(notes._get_people().ids)
        return notes

    def write(self, vals):
        if not TOUCH_FIELDS & set(vals):
            return super().write(vals)
        people = self._get_people().ids
        res = super().write(vals)
        if vals.get("visibility", "company") != "company":
            for model in ("relationship.preference", "relationship.referral"):
                self.env[model].sudo().search([("note_id", "in", self.ids)]).note_id = False
        self._sync_touch(people + self._get_people().ids)
        return res

    def unlink(self):
        self.check_access("unlink")
        # Odoo's privacy tool deletes one by one what has gone with the contact already.
        notes = self.exists()
        people = notes._get_people().ids
        res = super(RelationshipNote, notes).unlink()
        self._sync_touch(people)
        return res

    @api.model
    def _sync_touch(self, partner_ids):
        if self.env.context.get("relationship_no_refresh") or not partner_ids:
            return
        Touch = self.env["relationship.touch"].sudo()
        Touch._refresh(partner_ids)
        customers = self.env["res.partner"].sudo().browse(partner_ids).commercial_partner_id
        self.env["relationship.cadence"].sudo()._refresh(customers.ids)

    def _finish_proposed_tasks(self):
        """A task to get in touch is done by the talk that everybody may know of."""
        talks = self.filtered(lambda n: n.visibility == "company" and n.channel not in NOT_A_TALK)
        if not talks:
            return
        activities = (
            self.env["relationship.cadence"]
            .sudo()
            .search(
                [
                    ("commercial_partner_id", "in", talks.commercial_partner_id.ids),
                    ("activity_id", "!=", False),
                ]
            )
            .activity_id.filtered(lambda a: a.active and a.user_id == self.env.user)
        )
        activities |= self.env["mail.activity"]._get_planned_talks(
            self.env.user, talks.partner_id | talks.commercial_partner_id
        )
        if activities:
            activities.action_feedback()
