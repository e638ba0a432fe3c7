import base64
import binascii

from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.transcript import TranscriptError, parse, parse_text


class RelationshipTranscript(models.TransientModel):
    """Reads who said what from a file, or from what is typed or pasted."""

    _name = "relationship.transcript"
    _description = "Transcript of an Interview"
    _inherit = "relationship.guarded"

    interview_id = fields.Many2one("relationship.interview", required=True, ondelete="cascade")
    text = fields.Text(string="Words", help="One line each: the name, a colon, what they said.")
    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    replace = fields.Boolean(
        string="Instead of What Stands There", help="What was written down before is deleted."
    )
    turn_count = fields.Integer(related="interview_id.turn_count")

    def action_read(self):
        """Store the turns; words of a line nobody is named for are the customer's."""
        self.ensure_one()
        interview = self.interview_id
        interview.check_access("write")
        interview._check_may_record()
        turns = self._parse()
        if interview.turn_ids and not self.replace:
            raise UserError(
                self.env._("Something is written down already. Say whether it shall go.")
            )
        if interview.coder_ids:
            raise UserError(
                self.env._("Somebody marks these words already. Correct them turn by turn.")
            )
        interview.turn_ids.unlink()
        speakers = self._find_speakers(turns)
        self.env["relationship.interview.turn"].create(
            [
                {
                    "interview_id": interview.id,
                    "sequence": place,
                    "speaker_id": speakers[turn.speaker].id,
                    "text": turn.text,
                    "start_ms": turn.start_ms,
                    "end_ms": turn.end_ms,
                }
                for place, turn in enumerate(turns, 1)
            ]
        )
        self.write({"text": False, "file": False})
        return interview._get_open_action()

    def _parse(self):
        known = self.interview_id.speaker_ids.mapped("name")
        try:
            if not self.file:
                return parse_text(self.text or "", known)
            return parse(self.file_name, base64.b64decode(self.file, validate=True), known)
        except TranscriptError as error:
            raise UserError(self._explain(str(error))) from error
        except (binascii.Error, ValueError) as error:
            raise UserError(self._explain("word")) from error

    def _explain(self, why):
        return {
            "large": self.env._("This is too long for one interview: at most 20 MB."),
            "encoding": self.env._("This text can't be read. Save it as UTF-8 and try again."),
            "word": self.env._("This file is damaged, or it isn't what its name says."),
            "unsafe": self.env._(
                "This file holds something that no transcript needs. "
                "Open it in Word, save it anew and try again."
            ),
            "times": self.env._("No captions were found in this file."),
            "kind": self.env._("Choose a file that ends in .txt, .docx, .srt or .vtt."),
            "empty": self.env._("There are no words in it."),
        }[why]

    def _find_speakers(self, turns):
        """Return {name: speaker}; who isn't among them yet is added.

        In a talk with one customer the only name that nobody has is the customer's.
        """
        interview = self.interview_id
        Speaker = self.env["relationship.interview.speaker"]
        known = {speaker.name.casefold(): speaker for speaker in interview.speaker_ids}
        names = list(dict.fromkeys(turn.speaker for turn in turns))
        found = {name: known.get(name.casefold(), Speaker) for name in names}
        hosts = interview.speaker_ids.filtered("is_interviewer")
        guest = interview.speaker_ids.filtered("interviewee_id")
        for name, speaker in found.items():
            if not speaker and self._is_interviewer(name):
                found[name] = hosts[:1] or Speaker.create(
                    {"interview_id": interview.id, "name": name, "is_interviewer": True}
                )
        left = [name for name, speaker in found.items() if not speaker]
        taken = Speaker.concat(*found.values())
        if len(left) == 1 and len(guest) == 1 and guest not in taken:
            found[left.pop()] = guest
        if len(left) == 1 and hosts and not hosts & taken and left[0]:
            found[left.pop()] = hosts[:1]
        for name in left:
            found[name] = Speaker.create(
                {"interview_id": interview.id, "name": name or self.env._("Somebody")}
            )
        return found

    def _is_interviewer(self, name):
        user = self.interview_id.user_id
        words = {
            "interviewer",
            "moderator",
            self.env._("Interviewer").casefold(),
            (user.name or "").casefold(),
        }
        return bool(name) and name.casefold() in words
