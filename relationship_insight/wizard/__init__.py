from . import relationship_reading_void, base_partner_merge
from . import relationship_survey_add
