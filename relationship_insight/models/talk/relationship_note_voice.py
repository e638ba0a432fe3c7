import base64
import binascii
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# One minute at 128 kbit/s, the most that Odoo's recorder makes, is less than 1 MB.
LARGEST_VOICE = 4 * 1024 * 1024
VOICE_TYPE = "audio/mpeg"
ABANDONED_AFTER = timedelta(days=1)


class RelationshipNote(models.Model):
    """Voice messages: files of the conversation, so that whoever reads it may hear them."""

    _inherit = "relationship.note"

    voice_ids = fields.Many2many(
        "ir.attachment",
        "relationship_note_voice",
        "note_id",
        "attachment_id",
        string="Voice Messages",
        copy=False,
    )

    @api.model
    def store_voice(self, name, data):
        """Keep what Odoo's recorder made; its conversation takes it over when it is stored.

        :param str name: name of the file
        :param str data: the MP3 file in base64
        :return: dict with the ``id``, ``name`` and ``mimetype`` of the attachment
        """
        self.check_access("create")
        try:
            raw = base64.b64decode(data or "", validate=True)
        except (binascii.Error, TypeError, ValueError):
            raw = b""
        is_mp3 = raw[:3] == b"ID3" or (len(raw) > 2 and raw[0] == 0xFF and raw[1] & 0xE0 == 0xE0)
        if not is_mp3:
            raise UserError(self.env._("This isn't a voice message. Record it again."))
        if len(raw) > LARGEST_VOICE:
            raise UserError(self.env._("This voice message is too long."))
        attachment = self.env["ir.attachment"].create(
            {
                "name": (name or "").replace("/", "-")[-80:] or "Voice.mp3",
                "raw": raw,
                "mimetype": VOICE_TYPE,
                "res_model": self._name,
                "res_id": 0,
            }
        )
        attachment.sudo()._set_voice_metadata()
        return attachment.read(["name", "mimetype"])[0]

    @api.model_create_multi
    def create(self, vals_list):
        notes = super().create(vals_list)
        self._take_voices(notes)
        return notes

    def write(self, vals):
        if "voice_ids" not in vals:
            return super().write(vals)
        before = self.sudo().voice_ids
        res = super().write(vals)
        self._take_voices(self)
        (before - self.sudo().voice_ids).unlink()
        return res

    @api.model
    def _take_voices(self, records):
        """Make voice messages those of their conversation, or draft; others' can't be taken."""
        for record in records:
            for voice_sudo in record.sudo().voice_ids:
                place = (voice_sudo.res_model, voice_sudo.res_id)
                if place == (record._name, record.id):
                    continue
                free = place == (self._name, 0) or place[0] == "relationship.note.draft"
                if not free or voice_sudo.create_uid != self.env.user:
                    raise UserError(self.env._("This voice message isn't yours to attach."))
                voice_sudo.write({"res_model": record._name, "res_id": record.id})

    @api.autovacuum
    def _gc_voices(self):
        """Throw away what was recorded and never became part of a conversation."""
        self.env["ir.attachment"].sudo().search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", 0),
                ("res_field", "=", False),
                ("create_date", "<", fields.Datetime.now() - ABANDONED_AFTER),
            ],
            limit=1000,
        ).unlink()
