import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common_note import NoteCase

MP3 = base64.b64encode(b"\xff\xfb\x90\x00" + b"\x00" * 400).decode()


@tagged("post_install", "-at_install")
class TestVoice(NoteCase):
    def record(self, user=None, data=MP3):
        Note = self.env["relationship.note"].with_user(user or self.nok)
        return (
            self.env["ir.attachment"]
            .with_user(user or self.nok)
            .browse(Note.store_voice("Voice-1.mp3", data)["id"])
        )

    def test_the_conversation_takes_the_message_over(self):
        voice = self.record()
        self.assertFalse(voice.with_user(self.dao).has_access("read"))
        note = self.log(voice_ids=[Command.link(voice.id)])
        self.assertEqual((voice.res_model, voice.res_id), ("relationship.note", note.id))
        self.assertEqual(voice.mimetype, "audio/mpeg")
        self.assertTrue(voice.sudo().voice_ids, "Odoo's player knows it as a voice message")
        self.assertTrue(voice.with_user(self.dao).has_access("read"))
        self.assertFalse(voice.with_user(self.plain).has_access("read"))
        note.visibility = "me"
        for user in (self.dao, self.boss):
            voice.invalidate_recordset()
            self.assertFalse(voice.with_user(user).has_access("read"))
            self.assertFalse(
                self.env["ir.attachment"].with_user(user).search([("id", "=", voice.id)])
            )
        note.write({"voice_ids": [Command.unlink(voice.id)]})
        self.assertFalse(voice.exists())

    def test_a_draft_passes_its_message_on(self):
        Draft = self.env["relationship.note.draft"].with_user(self.nok)
        voice = self.record()
        row = Draft.keep_draft(
            {"key": "0123456789abcdef", "partner_id": self.customer.id, "voices": voice.ids}
        )
        self.assertEqual((voice.res_model, voice.res_id), ("relationship.note.draft", row["id"]))
        for user in (self.dao, self.boss):
            self.assertFalse(voice.with_user(user).has_access("read"))
            with self.assertRaises(UserError):
                Draft.with_user(user).keep_draft(
                    {"key": "fedcba9876543210", "partner_id": self.customer.id, "voices": voice.ids}
                )
        note = (
            self.env["relationship.note"]
            .with_user(self.nok)
            .with_context(**row["defaults"])
            .create({"summary": "Written out"})
        )
        self.assertFalse(Draft.browse(row["id"]).exists())
        self.assertEqual(note.voice_ids, voice)
        self.assertEqual((voice.res_model, voice.res_id), ("relationship.note", note.id))
        other = self.record()
        row = Draft.keep_draft(
            {"key": "1111111111111111", "partner_id": self.customer.id, "voices": other.ids}
        )
        Draft.browse(row["id"]).unlink()
        self.assertFalse(other.exists(), "a draft thrown away takes its message along")

    def test_deleting_the_conversation_deletes_the_message(self):
        voice = self.record()
        self.log(voice_ids=[Command.link(voice.id)]).unlink()
        self.assertFalse(voice.exists())

    def test_nobody_takes_others_files(self):
        voice = self.record()
        mine = self.log(voice_ids=[Command.link(voice.id)], visibility="me")
        logo = self.env["ir.attachment"].create(
            {"name": "x.mp3", "raw": b"x", "res_model": "res.partner", "res_id": self.firm.id}
        )
        for file in (voice, logo, self.record(self.dao)):
            with self.assertRaises(UserError):
                self.log(user=self.boss, voice_ids=[Command.link(file.id)])
        self.assertEqual(voice.res_id, mine.id)

    def test_only_recordings_are_taken(self):
        for bad in ("", None, "no base64!", base64.b64encode(b"<svg onload='x'/>").decode()):
            with self.subTest(bad=bad), self.assertRaises(UserError):
                self.record(data=bad)
        large = base64.b64encode(b"ID3" + b"0" * (4 * 1024 * 1024)).decode()
        with self.assertRaises(UserError):
            self.record(data=large)
        with self.assertRaises(AccessError):
            self.record(self.plain)

    def test_what_was_given_up_is_thrown_away(self):
        kept, given_up, fresh = self.record(), self.record(), self.record()
        self.log(voice_ids=[Command.link(kept.id)])
        old = fields.Datetime.now() - timedelta(days=2)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = %s WHERE id IN %s",
            [old, (kept.id, given_up.id)],
        )
        self.env.invalidate_all()
        self.env["relationship.note"]._gc_voices()
        self.assertEqual((kept + given_up + fresh).exists(), kept + fresh)
