from . import relationship_reading_void, base_partner_merge
