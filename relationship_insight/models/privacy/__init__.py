from . import (
    relationship_erasure,
    relationship_erasure_forget,
    res_partner,
)
