from odoo import api, models


class RelationshipCard(models.AbstractModel):
    """The class of a customer in plain words: whole sentences, so that they translate well."""

    _inherit = "relationship.card"

    @api.model
    def _get_sentences(self, profile, measures):
        """Return sentences that say the class, why, and how sure we are."""
        if self._is_class_unknown(profile):
            return self._get_unknown_sentences(profile)
        return [
            self._get_class_sentence(profile, measures.get(profile.motive_id.id)),
            self._get_confidence_sentence(profile),
        ]

    @api.model
    def _get_class_sentence(self, profile, motive):
        """Say what the class means for this customer, naming the motive they told us."""
        if profile.loyalty_class == "spurious":
            return self._get_spurious_sentence(profile, motive)
        if not motive:
            return {
                "true": self.env._("Buys often and is attached to us."),
                "latent": self.env._(
                    "Is attached to us but buys rarely; something stands in the way."
                ),
                "low": self.env._("Buys rarely and isn't attached to us."),
            }[profile.loyalty_class]
        return {
            "true": self.env._(
                "Buys often and is attached to us, above all for “%(motive)s”.",
                motive=motive.name,
            ),
            "latent": self.env._(
                "Is attached to us, above all for “%(motive)s”, but buys rarely; something "
                "stands in the way.",
                motive=motive.name,
            ),
            "low": self.env._(
                "Buys rarely and isn't attached to us; comes above all for “%(motive)s”.",
                motive=motive.name,
            ),
        }[profile.loyalty_class]

    @api.model
    def _get_spurious_sentence(self, profile, motive):
        code = motive.code if motive else ""
        told = {
            "M16_location": self.env._("Buys often, but tells us it's because we are close by."),
            "M16_convenience": self.env._("Buys often, but tells us it's because it saves time."),
            "M16_price": self.env._("Buys often, but tells us it's because of the prices."),
            "M16_promotion": self.env._("Buys often, but tells us it's because of the promotions."),
            "M16_habit": self.env._("Buys often, but tells us it's out of habit."),
            "M16_only": self.env._("Buys often, but tells us there's no other choice."),
        }
        if code in told:
            return told[code]
        if motive:
            return self.env._(
                "Buys often, above all for “%(motive)s”, but isn't attached to us.",
                motive=motive.name,
            )
        return self.env._("Buys often but isn't attached to us, and nobody asked why.")

    @api.model
    def _get_confidence_sentence(self, profile):
        chance = round(100 * profile[f"p_{profile.loyalty_class}"])
        return {
            "high": self.env._(
                "High confidence: a chance of %(chance)s in 100 that this is right.", chance=chance
            ),
            "medium": self.env._(
                "Medium confidence: a chance of %(chance)s in 100 that this is right.",
                chance=chance,
            ),
            "low": self.env._(
                "Low confidence: a chance of only %(chance)s in 100 that this is right.",
                chance=chance,
            ),
        }.get(profile.confidence, "")

    @api.model
    def _get_unknown_sentences(self, profile):
        """Say why the class is unknown and how to learn it."""
        return {
            "no_attitude": [
                self.env._("We know what they buy but not how they feel: nobody asked yet."),
                self.env._("Ask how they feel about us and about the other stores they use."),
            ],
            "stale": [
                self.env._("What they told us is too old to rely on."),
                self.env._("Ask again in your next conversation."),
            ],
            "no_behaviour": [
                self.env._("They are too new to say how often they buy."),
                self.env._("Their class shows by itself once they have been with us for a while."),
            ],
            "ambiguous": [
                self.env._("The evidence points both ways, so we name no class."),
                self.env._("One more honest answer, or a real talk, would settle it."),
            ],
            "opted_out": [
                self.env._("They asked not to be surveyed, and we respect that."),
                self.env._("You can still listen when you talk, and log what you hear."),
            ],
        }.get(
            profile.unknown_reason,
            [
                self.env._("There is too little evidence to name a class."),
                self.env._("Log a conversation, or ask how they feel about us."),
            ],
        )
