from odoo import api, fields, models

ADDON = "relationship_insight"
PREFIX = "group_relationship_"
# Each switch: the jobs that work for it alone. Its group ``group_feature_<name>`` hides the rest.
FEATURES = {
    "feedback": ("plan", "send", "remind", "campaign_results"),
    "care": ("alert", "case_escalate"),
    "referral": ("referral", "referral_daily", "referral_figures"),
    "handover": ("handover_check",),
    "silence": ("silence",),
    "interview": (),
}
# A new shop begins with asking customers and caring about what they say.
FIRST = ("feedback", "care")


def _switch(name, label):
    return fields.Boolean(
        string=label,
        group=f"{ADDON}.group_relationship_staff",
        implied_group=f"{ADDON}.group_feature_{name}",
    )


class RelationshipFeature(models.AbstractModel):
    """What a company may switch on or off, for all who work with the app."""

    _name = "relationship.feature"
    _description = "Switches of Relationship Insight"

    group_relationship_feedback = _switch("feedback", "Feedback Campaigns")
    group_relationship_care = _switch("care", "Care Cases")
    group_relationship_referral = _switch("referral", "Referrals")
    group_relationship_handover = _switch("handover", "Handover and Coverage")
    group_relationship_silence = _switch("silence", "Silent Sales")
    group_relationship_interview = _switch("interview", "Interviews")

    def _valid_field_parameter(self, field, name):
        return name in ("group", "implied_group") or super()._valid_field_parameter(field, name)

    @api.model
    def _get_features(self):
        """Return the names of what is switched on."""
        staff = self.env.ref(f"{ADDON}.group_relationship_staff").sudo()
        return {
            name
            for name in FEATURES
            if self.env.ref(f"{ADDON}.group_feature_{name}") in staff.all_implied_ids
        }

    @api.model
    def _set_features(self, names):
        """Switch on these and off all others, with the jobs that work for them."""
        staff = self.env.ref(f"{ADDON}.group_relationship_staff").sudo()
        for name in self._get_features() ^ set(names):
            group = self.env.ref(f"{ADDON}.group_feature_{name}").sudo()
            if name in names:
                staff._apply_group(group)
            else:
                staff._remove_group(group)
            self._set_feature_jobs(name, name in names)

    @api.model
    def _set_first_features(self):
        """Begin with a few; demonstration data may have switched on more."""
        self._set_features(self._get_features() | set(FIRST))
        for name in FEATURES.keys() - self._get_features():
            self._set_feature_jobs(name, False)

    @api.model
    def _set_all_features(self):
        """Switch on everything there is."""
        self._set_features(FEATURES)

    @api.model
    def _set_feature_jobs(self, name, active):
        for job in FEATURES[name]:
            cron = self.env.ref(f"{ADDON}.ir_cron_relationship_{job}", raise_if_not_found=False)
            if cron:
                cron.sudo().active = active
