"""Formulas of Relationship Insight, as pure functions.

Nothing here imports Odoo, reads a database or a clock, or needs more than the standard
library. Functions take plain numbers and sequences and give floats or small named tuples, so
each can be held against a reference library. What the nightly refresh computes in SQL is
defined here; what SQL cannot do (maximum likelihood fits, special functions) is done here.

Conventions: times are in days unless said otherwise, attitude scores run from 0 to 100,
probabilities from 0 to 1. Bad input raises ``ValueError``; too little evidence gives ``None``,
never a low score.
"""

from . import agreement
from . import attitude
from . import bgnbd
from . import bond
from . import changes
from . import classify
from . import colleagues
from . import gaps
from . import intervals
from . import mentions
from . import motives
from . import optimise
from . import raking
from . import ranks
from . import rate
from . import referral
from . import reliability
from . import saturation
from . import scales
from . import shares
from . import shrinkage
from . import silence
from . import special
from . import spend
from . import suppression
from . import survival
from . import tokens
