from . import relationship_reading_void, base_partner_merge, base_partner_merge_bond
from . import relationship_survey_add
from . import relationship_mention_match
from . import relationship_referral_match
from . import relationship_wave_override, relationship_ask, base_partner_merge_campaign
from . import base_partner_merge_person, base_partner_merge_reference
from . import base_partner_merge_referral, base_partner_merge_trace, relationship_referral_tell
from . import relationship_answer_export, relationship_answer_import
from . import relationship_delivery_resolve
from . import relationship_note_each
from . import relationship_anonymise
from . import relationship_campaign_start
