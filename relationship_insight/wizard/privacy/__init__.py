from . import (
    relationship_anonymise,
)
