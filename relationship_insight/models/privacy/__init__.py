from . import (
    relationship_erasure,
    relationship_erasure_forget,
    relationship_erasure_contact,
    res_partner,
)
