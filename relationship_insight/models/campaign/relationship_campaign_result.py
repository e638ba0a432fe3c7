from odoo import fields, models


class RelationshipCampaignResult(models.Model):
    """What one wave, or one month of a campaign, said about one measure.

    Figures over too few people are not stored, so neither screen, grouping nor export has them.
    """

    _name = "relationship.campaign.result"
    _description = "Campaign Result"
    _order = "campaign_id, measure_id, period desc, cut, cut_value"
    _rec_name = "measure_id"

    campaign_id = fields.Many2one(
        "relationship.campaign", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    wave_id = fields.Many2one(
        "relationship.wave", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    period = fields.Date(
        required=True, readonly=True, help="First day of the wave, or of the month."
    )
    measure_id = fields.Many2one(
        "relationship.measure", required=True, readonly=True, index=True, ondelete="cascade"
    )
    segment = fields.Integer(
        readonly=True,
        aggregator=None,
        help="Goes up where the wording changed its meaning: the line breaks there.",
    )
    cut = fields.Selection(
        [
            ("all", "Everybody"),
            ("channel", "Channel"),
            ("lang", "Language"),
            ("stratum", "Group"),
            ("shop_name", "Shop"),
        ],
        string="By",
        required=True,
        readonly=True,
    )
    cut_value = fields.Char(string="Which", readonly=True)
    status = fields.Selection(
        [
            ("ok", "OK"),
            ("low_base", "Low base"),
            ("insufficient", "Counts only"),
            ("suppressed", "Too few"),
        ],
        required=True,
        readonly=True,
    )
    n = fields.Integer(
        string="People",
        readonly=True,
        aggregator=None,
        help="Counted in steps of the smallest group shown, whoever answered first coming first: "
        "so no figure changes by one person's answer.",
    )
    flagged_count = fields.Integer(
        string="Of Which Marked",
        readonly=True,
        aggregator=None,
        help="Of these people, so many have an answer that is marked as doubtful. Marked answers "
        "count in every figure until somebody sets them aside.",
    )
    n_eff = fields.Float(
        string="Effective Sample",
        readonly=True,
        aggregator=None,
        help="As many equally weighted answers would be this exact.",
    )
    design_effect = fields.Float(readonly=True, aggregator=None)
    likeness = fields.Float(
        readonly=True,
        aggregator=None,
        help="R-indicator: 1 when those who answered are like those who were asked. "
        "Below 0.7 they differ.",
    )
    weighted = fields.Boolean(readonly=True)
    mean = fields.Float(
        string="Score (0-100)",
        readonly=True,
        aggregator=None,
        help="Bad feelings are turned around, so more is always better.",
    )
    low = fields.Float(string="From", readonly=True, aggregator=None)
    high = fields.Float(string="To", readonly=True, aggregator=None)
    deviation = fields.Float(string="Spread", readonly=True, aggregator=None)
    recommend = fields.Float(
        string="Recommend Index", readonly=True, aggregator=None, help="-100 to 100."
    )
    recommend_low = fields.Float(string="Index from", readonly=True, aggregator=None)
    recommend_high = fields.Float(string="Index to", readonly=True, aggregator=None)
    change = fields.Float(
        readonly=True,
        aggregator=None,
        help="Of the score over everybody who answered, against the wave or month before.",
    )
    change_low = fields.Float(readonly=True, aggregator=None, help="95 % interval.")
    change_high = fields.Float(readonly=True, aggregator=None, help="95 % interval.")
    change_p = fields.Float(string="Change by Chance", readonly=True, aggregator=None)
    change_q = fields.Float(
        string="Change by Chance, Adjusted",
        readonly=True,
        aggregator=None,
        help="Adjusted for all changes of a year up to this one.",
    )
    least_change = fields.Float(
        string="Smallest Change Told",
        readonly=True,
        aggregator=None,
        help="3 points, or the least change so many answers can show if that is more.",
    )
    pairs = fields.Integer(
        string="Same People", readonly=True, aggregator=None, help="How many answered both times."
    )
    pair_change = fields.Float(
        string="Change of the Same People",
        readonly=True,
        aggregator=None,
        help="Of those alone who answered both times, not weighted; from ten people on.",
    )
    pair_low = fields.Float(readonly=True, aggregator=None, help="95 % interval.")
    pair_high = fields.Float(readonly=True, aggregator=None, help="95 % interval.")
    moved = fields.Selection(
        [
            ("up", "Better"),
            ("same", "No reliable change"),
            ("down", "Worse"),
        ],
        readonly=True,
        help="Said of the change of the score over everybody, where it is at least "
        "3 points (or the least that so many answers can show) and where, of all changes of a "
        "year told, at most one in ten would be chance.",
    )
    final = fields.Boolean(
        readonly=True, help="Nobody can answer any more: the figures stay as they are."
    )

    _cell_uniq = models.UniqueIndex(
        "(campaign_id, measure_id, period, segment, cut, COALESCE(cut_value, ''))"
    )
