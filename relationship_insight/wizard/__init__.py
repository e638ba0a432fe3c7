from . import (
    common,
    evidence,
    talk,
    person,
    survey,
    insight,
    team,
    campaign,
    sending,
    referral,
    privacy,
)
