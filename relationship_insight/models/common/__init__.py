from . import (
    relationship_doing,
    relationship_customer_link,
    relationship_feature,
    relationship_guarded,
    relationship_of_customer,
    relationship_staff_floor,
    relationship_settings,
    res_company,
    res_config_settings,
    res_partner,
)
