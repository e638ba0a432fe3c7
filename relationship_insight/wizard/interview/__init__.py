from . import base_partner_merge, relationship_transcript
