from . import (
    relationship_guarded,
    relationship_of_customer,
    relationship_staff_floor,
    res_company,
    res_partner,
)
