from odoo import api, fields, models
from odoo.exceptions import UserError

from ..talk.relationship_note_voice import ABANDONED_AFTER

HEARD = ("audio/", "video/")


class RelationshipInterview(models.Model):
    """Recordings: files of the interview, so that whoever may read it may hear them."""

    _inherit = "relationship.interview"

    voice_ids = fields.Many2many(
        "ir.attachment",
        "relationship_interview_voice",
        "interview_id",
        "attachment_id",
        string="Recorded Here",
        copy=False,
    )
    audio_ids = fields.Many2many(
        "ir.attachment",
        "relationship_interview_audio",
        "interview_id",
        "attachment_id",
        string="Recordings",
        copy=False,
    )

    @api.model_create_multi
    def create(self, vals_list):
        interviews = super().create(vals_list)
        interviews._take_recordings()
        return interviews

    def write(self, vals):
        if not {"voice_ids", "audio_ids"} & set(vals):
            return super().write(vals)
        before = self.sudo().voice_ids + self.sudo().audio_ids
        res = super().write(vals)
        self._take_recordings()
        (before - self.sudo().voice_ids - self.sudo().audio_ids).unlink()
        return res

    def _take_recordings(self):
        """Make files those of their interview; others' can't be taken, nor anything but sound."""
        heard = self.filtered(lambda interview: interview.sudo().voice_ids + interview.audio_ids)
        heard._check_may_record()
        self.env["relationship.note"]._take_voices(heard)
        for interview in heard:
            for file_sudo in interview.sudo().audio_ids:
                place = (file_sudo.res_model, file_sudo.res_id)
                own = file_sudo.create_uid == self.env.user
                if place != (self._name, interview.id) and not (
                    own and place in ((self._name, 0), (self._name, False))
                ):
                    raise UserError(self.env._("This file isn't yours to attach."))
                if not (file_sudo.mimetype or "").startswith(HEARD):
                    raise UserError(self.env._("Attach a recording: an audio or video file."))
                if place[1] != interview.id:
                    file_sudo.write({"res_id": interview.id})

    @api.autovacuum
    def _gc_recordings(self):
        """Throw away what was uploaded and never became part of an interview."""
        self.env["ir.attachment"].sudo().search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", [0, False]),
                ("res_field", "=", False),
                ("create_date", "<", fields.Datetime.now() - ABANDONED_AFTER),
            ],
            limit=1000,
        ).unlink()
