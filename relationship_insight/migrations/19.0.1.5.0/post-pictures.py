"""Signs that a till's font draws as boxes leave the tags that came with the addon."""

SIGNS = (
    "\u23f3",
    "\u2615",
    "\u26a1",
    "\u2728",
    "\U0001f17f\ufe0f",
    "\U0001f305",
    "\U0001f306",
    "\U0001f336\ufe0f",
    "\U0001f33e",
    "\U0001f370",
    "\U0001f375",
    "\U0001f381",
    "\U0001f3af",
    "\U0001f3c5",
    "\U0001f3f7\ufe0f",
    "\U0001f465",
    "\U0001f46a",
    "\U0001f4ac",
    "\U0001f4b0",
    "\U0001f4de",
    "\U0001f4e6",
    "\U0001f4f1",
    "\U0001f501",
    "\U0001f50a",
    "\U0001f50d",
    "\U0001f645",
    "\U0001f64f",
    "\U0001f69a",
    "\U0001f6cd\ufe0f",
    "\U0001f95c",
    "\U0001f9fe",
    "\U0001fa7a",
    "\U0001fa91",
)


def migrate(cr, version):
    """Clear the sign we shipped; one that the shop chose itself stays."""
    cr.execute(
        """
        UPDATE relationship_preference_tag tag SET emoji = NULL
          FROM ir_model_data data
         WHERE data.module = 'relationship_insight' AND data.res_id = tag.id
           AND data.model = 'relationship.preference.tag' AND tag.emoji IN %s
        """,
        [SIGNS],
    )
