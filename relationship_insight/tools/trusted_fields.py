"""Which fields our code trusts in sudo, so that nobody may set them from outside.

A readonly field is always one of these: it is readonly because the code alone keeps it, and a
view is no lock. Here stand the others, the exceptions, and what is free although the code
follows it, with the reason. ``relationship.guarded`` keeps this, ``test_trusted_fields`` asks
for a decision about every field that comes.
"""

# Never given from outside, though screens may show the code's own value.
TRUSTED = {
    "relationship.reading": {"note_id", "user_input_id"},
    "relationship.referral": {"code_id"},
}

# Given when the record is made, and fixed from then on.
GIVEN_ONCE = {
    "relationship.note": {"order_id", "order_model", "source_key"},
    "relationship.note.draft": {"source_key"},
    "relationship.handover.line": {"handover_id"},
    "relationship.code": {"company_id"},
    "relationship.coding": {"turn_id"},
    "relationship.interview": {"study_id"},
    "relationship.interview.coder": {"interview_id", "user_id"},
    "relationship.interview.consent": {"interviewee_id", "kind", "scope"},
    "relationship.interview.speaker": {"interview_id"},
    "relationship.interview.turn": {"interview_id"},
    "relationship.instrument.item": {"version_id"},
    "relationship.instrument.version": {"instrument_id", "number"},
    "relationship.promise": {"note_id"},
    "relationship.wave": {"campaign_id", "number"},
}

# Every employee reads these, so that pointing at one tells nothing.
OPEN_MODELS = {
    "crm.team",
    "ir.model.fields",
    "link.tracker",
    "relationship.measure",
    "res.company",
    "res.currency",
    "res.users",
    "utm.campaign",
}

CHECKED = "what it points at must be readable, and the code acts on no more than that"
OWN_LINES = "its lines go through their own rules"

# Free although the code follows them: {model: {field: why}}, "*" for all models.
FREE = {
    "*": {
        "partner_id": CHECKED,
        "commercial_partner_id": CHECKED,
        "company_id": "record rules keep it to the companies the user works in",
        "measure_id": "every employee may read measures",
        "campaign_id": CHECKED,
    },
    "relationship.account.team": {"staff_id": CHECKED},
    "relationship.alert.rule": {"user_id": "managers say who is told"},
    "relationship.campaign": {
        "user_id": "gets reminders of the campaign, nothing else",
        "instrument_id": CHECKED,
        "stratum_field_id": "a stored field of contacts, by its domain and the column's name",
        "utm_campaign_id": "counts clicks",
        "wave_ids": OWN_LINES,
        "invitation_ids": OWN_LINES,
        "thanks_campaign_id": CHECKED,
        "mail_template_id": CHECKED,
        "reminder_template_id": CHECKED,
    },
    "relationship.case": {
        "state": "moved on the board by whoever may change the case; the clocks are guarded",
        "user_id": "the owner, by whoever may change the case; only their own activity moves",
        "team_id": "says who is told when a case is late",
        "reading_ids": CHECKED,
    },
    "relationship.cadence": {"hand_tier_id": CHECKED},
    "relationship.code": {
        "parent_id": CHECKED,
        "child_ids": OWN_LINES,
        "coding_ids": OWN_LINES,
    },
    "relationship.coding": {"turn_id": CHECKED, "code_id": CHECKED},
    "relationship.contact.preference": {"opted_out_campaign_ids": CHECKED},
    "relationship.handover": {
        "user_id": "managers choose who leaves; the handover checks the company",
        "staff_id": "managers choose who leaves; the handover checks the company",
        "successor_id": "managers choose who follows; the handover checks the company",
        "line_ids": OWN_LINES,
    },
    "relationship.handover.line": {
        "handover_id": CHECKED,
        "successor_id": "managers choose who follows; the handover checks the company",
    },
    "relationship.instrument": {"survey_id": CHECKED, "version_ids": OWN_LINES},
    "relationship.instrument.item": {"version_id": "only versions still in preparation change"},
    "relationship.instrument.version": {
        "instrument_id": CHECKED,
        "item_ids": OWN_LINES,
        "survey_id": CHECKED,
    },
    "relationship.life.event": {"user_id": "who is reminded; sensitive days ask for the group"},
    "relationship.interview": {
        "study_id": CHECKED,
        "user_id": "says who asked the questions, nothing else",
        "coder_ids": OWN_LINES,
        "speaker_ids": OWN_LINES,
        "turn_ids": OWN_LINES,
        "voice_ids": "only one's own recordings are taken",
        "audio_ids": "only one's own recordings are taken",
    },
    "relationship.interview.consent": {"interviewee_id": CHECKED},
    "relationship.interview.coder": {
        "interview_id": CHECKED,
        "user_id": "says who marks words; only they can mark, and close",
    },
    "relationship.interview.speaker": {
        "interview_id": CHECKED,
        "interviewee_id": "of the same study only, and their yes is asked for",
        "turn_ids": OWN_LINES,
    },
    "relationship.interview.turn": {
        "interview_id": CHECKED,
        "speaker_id": "of the same interview only",
    },
    "relationship.interviewee": {"consent_ids": OWN_LINES, "speaker_ids": OWN_LINES},
    "relationship.measure": {"parent_id": CHECKED, "child_ids": OWN_LINES},
    "relationship.note": {
        "staff_id": "a colleague may have been told; the author is kept apart",
        "team_id": "says who may read it beside the author",
        "feeling_ids": "every employee may read measures",
        "reading_ids": OWN_LINES,
        "order_model": "given once, and the document must be readable",
        "order_id": "given once, and the document must be readable",
        "source_key": "given once; a known key only ever finds the sender's own conversation",
        "attendee_ids": CHECKED,
        "colleague_ids": CHECKED,
        "voice_ids": "only one's own recordings are taken",
        "promise_ids": OWN_LINES,
        "referrer_id": CHECKED,
    },
    "relationship.note.draft": {
        "feeling_ids": "every employee may read measures",
        "voice_ids": "only one's own recordings are taken",
        "source_key": "given once, and unique for its owner",
    },
    "relationship.preference": {"tag_id": CHECKED, "note_id": CHECKED, "staff_id": CHECKED},
    "relationship.promise": {"note_id": "given once, and only to one's own conversation"},
    "relationship.reading": {"competitor_id": CHECKED, "staff_id": CHECKED},
    "relationship.referral": {
        "program_id": CHECKED,
        "referrer_id": CHECKED,
        "referred_id": CHECKED,
        "lead_id": CHECKED,
        "staff_id": CHECKED,
    },
    "relationship.referral.program": {
        "referrer_program_id": "managers choose what is given",
        "referred_program_id": "managers choose what is given",
        "user_id": "gets the reminder to thank, nothing else",
        "referral_ids": OWN_LINES,
        "utm_campaign_id": "counts clicks",
    },
    "relationship.relation": {"other_id": CHECKED, "type_id": CHECKED},
    "relationship.study": {
        "user_id": "writes the invitations and answers for the study",
        "interviewer_ids": "whose free times are offered; only times, never what fills the others",
        "question_ids": OWN_LINES,
        "quota_ids": OWN_LINES,
        "interviewee_ids": OWN_LINES,
    },
    "relationship.study.question": {"study_id": CHECKED},
    "relationship.study.quota": {"study_id": CHECKED, "interviewee_ids": OWN_LINES},
    "relationship.wave": {"invitation_ids": OWN_LINES},
}
