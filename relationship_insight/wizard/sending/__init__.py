from . import (
    relationship_delivery_resolve,
)
