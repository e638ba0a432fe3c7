from . import (
    relationship_demo,
    relationship_demo_voice,
    relationship_demo_person,
    relationship_demo_capture,
    relationship_demo_sale,
    relationship_demo_bond,
    relationship_demo_care,
    relationship_demo_referral,
    relationship_demo_campaign,
    relationship_demo_interview,
    pos_relationship_demo,
)
