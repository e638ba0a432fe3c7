import re

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import TranslationModuleReader

# Words of the workshop, which a shop manager wouldn't say.
INNER = re.compile(
    r"\b(chips?|snapshots?|facets?|valence|M\d\d\w*|tiers?|readings?|void(s|ed|ing)?|half-li(fe|ves)"
    r"|percentiles?|deviations?|medians?|reliability|alpha|cadences?|standings?|verdicts?"
    r"|hhi|true loyalty|low loyalty|stratum|strata|p (true|low|attitude|behaviour))\b",
    re.IGNORECASE,
)
LEFT_OUT = re.compile(r"%\(\w+\)s|<[^>]*>|\$?\{\{.*?\}\}")
# Texts that must hold such a word, each with its reason.
ALLOWED = {
    # The scholar's own name of the figure, in the help of an everyday one.
    "Cronbach's alpha.",
    # Menus that are being laid anew by another branch; they go with it.
    "Readings",
    "Snapshots",
}


@tagged("post_install", "-at_install")
class TestShownWords(TransactionCase):
    def test_nobody_reads_a_word_of_the_workshop(self):
        texts = {
            source
            for _module, kind, name, _id, source, _value, _comments in TranslationModuleReader(
                self.env.cr, modules=["relationship_insight"]
            )
            # The source and the formula of a measure are for whoever checks the science.
            if name not in ("relationship.measure,formula", "relationship.measure,source")
        }
        self.assertGreater(len(texts), 3000)
        self.assertFalse(
            sorted(
                text for text in texts - ALLOWED if text and INNER.search(LEFT_OUT.sub(" ", text))
            )
        )
