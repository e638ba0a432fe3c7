"""What a customer allows: told to a colleague or on their own page, and taken back there."""

from odoo import fields, models

from .relationship_interview_consent import RANKS


class RelationshipInterviewee(models.Model):
    _inherit = "relationship.interviewee"

    consent_ids = fields.One2many(
        "relationship.interview.consent", "interviewee_id", string="What We May Do"
    )

    def _get_consents(self):
        """Return {kind: how far} of what this customer allows now."""
        self.ensure_one()
        allowed = {}
        for consent in self.consent_ids.filtered(lambda each: not each.date_withdrawn):
            known = allowed.get(consent.kind)
            if known is None or RANKS[consent.scope] > RANKS[known]:
                allowed[consent.kind] = consent.scope
        return allowed

    def _allows(self, kind, scope="study"):
        """Whether this customer allows something as far as that."""
        given = self._get_consents().get(kind)
        return given is not None and RANKS[given] >= RANKS[scope]

    def _set_consents(self, wanted, source):
        """Note what a customer allows from now on; what stays as it was keeps its date.

        :param wanted: {kind: how far, or None for no}
        """
        self.ensure_one()
        now = self._get_consents()
        for kind, scope in wanted.items():
            if now.get(kind) == scope:
                continue
            before = self.consent_ids.filtered(lambda each, kind=kind: each.kind == kind)
            # First what holds from now on, or what follows a withdrawal would see none.
            if scope:
                self.env["relationship.interview.consent"].create(
                    {
                        "interviewee_id": self.id,
                        "kind": kind,
                        "scope": scope,
                        "source": source,
                    }
                )
            before._withdraw()

    def _hand_over(self, kept):
        self.consent_ids.write({"interviewee_id": kept.id})
        return super()._hand_over(kept)

    def _consent_changed(self, kind):
        """Follow what these customers took back. Extended where their words are kept."""
