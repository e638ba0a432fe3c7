from odoo import models


class RelationshipProfile(models.Model):
    """The class of a customer in plain words: whole sentences, so that they translate well."""

    _inherit = "relationship.profile"

    def _get_card_sentences(self, measures):
        """Return sentences that say the class, why, and how sure we are."""
        self.ensure_one()
        if self._is_class_unknown():
            return self._get_card_unknown_sentences()
        return [
            self._get_card_class_sentence(measures.get(self.motive_id.id)),
            self._get_card_confidence_sentence(),
        ]

    def _get_card_class_sentence(self, motive):
        """Say what the class means for this customer, naming the motive they told us."""
        if self.loyalty_class == "spurious":
            return self._get_card_spurious_sentence(motive)
        if not motive:
            return {
                "true": self.env._("Buys often and is attached to us: true loyalty."),
                "latent": self.env._(
                    "Is attached to us but buys rarely; something stands in the way: "
                    "latent loyalty."),
                "low": self.env._("Buys rarely and isn't attached to us: low loyalty."),
            }[self.loyalty_class]
        return {
            "true": self.env._(
                "Buys often and is attached to us, above all for “%(motive)s”: true loyalty.",
                motive=motive.name),
            "latent": self.env._(
                "Is attached to us, above all for “%(motive)s”, but buys rarely; something "
                "stands in the way: latent loyalty.", motive=motive.name),
            "low": self.env._(
                "Buys rarely and isn't attached to us; comes above all for “%(motive)s”: "
                "low loyalty.", motive=motive.name),
        }[self.loyalty_class]

    def _get_card_spurious_sentence(self, motive):
        code = motive.code if motive else ""
        told = {
            "M16_location": self.env._(
                "Buys often, but tells us it's because we are close by: spurious loyalty."),
            "M16_convenience": self.env._(
                "Buys often, but tells us it's because it saves time: spurious loyalty."),
            "M16_price": self.env._(
                "Buys often, but tells us it's because of the prices: spurious loyalty."),
            "M16_promotion": self.env._(
                "Buys often, but tells us it's because of the promotions: spurious loyalty."),
            "M16_habit": self.env._(
                "Buys often, but tells us it's out of habit: spurious loyalty."),
            "M16_only": self.env._(
                "Buys often, but tells us there's no other choice: spurious loyalty."),
        }
        if code in told:
            return told[code]
        if motive:
            return self.env._(
                "Buys often, above all for “%(motive)s”, but isn't attached to us: "
                "spurious loyalty.", motive=motive.name)
        return self.env._(
            "Buys often but isn't attached to us, and nobody asked why: spurious loyalty.")

    def _get_card_confidence_sentence(self):
        chance = round(100 * self[f"p_{self.loyalty_class}"])
        return {
            "high": self.env._(
                "High confidence: a chance of %(chance)s in 100 that this is right.",
                chance=chance),
            "medium": self.env._(
                "Medium confidence: a chance of %(chance)s in 100 that this is right.",
                chance=chance),
            "low": self.env._(
                "Low confidence: a chance of only %(chance)s in 100 that this is right.",
                chance=chance),
        }.get(self.confidence, "")

    def _get_card_unknown_sentences(self):
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
        }.get(self.unknown_reason, [
            self.env._("There is too little evidence to name a class."),
            self.env._("Log a conversation, or ask how they feel about us."),
        ])
