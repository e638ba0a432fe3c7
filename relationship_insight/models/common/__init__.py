from . import (
    relationship_doing,
    relationship_customer_link,
    relationship_guarded,
    relationship_of_customer,
    relationship_staff_floor,
    res_company,
    res_partner,
)
