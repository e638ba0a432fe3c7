from . import (
    relationship_demo,
    relationship_demo_voice,
    relationship_demo_person,
    relationship_demo_sale,
    relationship_demo_bond,
    relationship_demo_referral,
    pos_relationship_demo,
)
