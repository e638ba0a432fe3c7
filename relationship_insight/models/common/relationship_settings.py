from odoo import api, fields, models
from odoo.exceptions import AccessError

from .relationship_feature import ADDON, FEATURES, PREFIX

MANAGER = f"{ADDON}.group_relationship_manager"


def _of_company(field_type, name):
    return field_type(related=f"company_id.{name}", readonly=False)


class RelationshipSettings(models.TransientModel):
    """The app's part of the settings, for its manager, who needn't administer Odoo.

    Writes these fields of one's own company alone, and the switches: see ``_write_company``.
    """

    _name = "relationship.settings"
    _description = "Settings of Relationship Insight"
    _inherit = ["relationship.guarded", "relationship.feature"]

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    relationship_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Referral Currency"
    )
    relationship_target_interval = _of_company(fields.Integer, "relationship_target_interval")
    relationship_behaviour_half_life = _of_company(
        fields.Integer, "relationship_behaviour_half_life"
    )
    relationship_attitude_half_life = _of_company(fields.Integer, "relationship_attitude_half_life")
    relationship_attitude_threshold = _of_company(fields.Float, "relationship_attitude_threshold")
    relationship_minimum_group = _of_company(fields.Integer, "relationship_minimum_group")
    relationship_store_names = _of_company(fields.Char, "relationship_store_names")
    relationship_review_days = _of_company(fields.Integer, "relationship_review_days")
    relationship_cooling_days = _of_company(fields.Integer, "relationship_cooling_days")
    relationship_dormant_days = _of_company(fields.Integer, "relationship_dormant_days")
    relationship_stale_days = _of_company(fields.Integer, "relationship_stale_days")
    relationship_contact_gap = _of_company(fields.Integer, "relationship_contact_gap")
    relationship_promise_grace = _of_company(fields.Integer, "relationship_promise_grace")
    relationship_sender = _of_company(fields.Char, "relationship_sender")
    relationship_lang = _of_company(fields.Selection, "relationship_lang")
    relationship_quarantine_days = _of_company(fields.Integer, "relationship_quarantine_days")
    relationship_quarantine_answered_days = _of_company(
        fields.Integer, "relationship_quarantine_answered_days"
    )
    relationship_quarantine_relationship_days = _of_company(
        fields.Integer, "relationship_quarantine_relationship_days"
    )
    relationship_emotion_days = _of_company(fields.Integer, "relationship_emotion_days")
    relationship_budget_invitations = _of_company(fields.Integer, "relationship_budget_invitations")
    relationship_budget_reminders = _of_company(fields.Integer, "relationship_budget_reminders")
    relationship_backoff_slow = _of_company(fields.Integer, "relationship_backoff_slow")
    relationship_backoff_stop = _of_company(fields.Integer, "relationship_backoff_stop")
    relationship_new_days = _of_company(fields.Integer, "relationship_new_days")
    relationship_active_days = _of_company(fields.Integer, "relationship_active_days")
    relationship_patience_days = _of_company(fields.Integer, "relationship_patience_days")
    relationship_ledger_months = _of_company(fields.Integer, "relationship_ledger_months")
    relationship_holdout_share = _of_company(fields.Float, "relationship_holdout_share")
    relationship_mail_from = _of_company(fields.Float, "relationship_mail_from")
    relationship_mail_to = _of_company(fields.Float, "relationship_mail_to")
    relationship_message_from = _of_company(fields.Float, "relationship_message_from")
    relationship_message_to = _of_company(fields.Float, "relationship_message_to")
    relationship_send_days = _of_company(fields.Selection, "relationship_send_days")
    relationship_send_hourly = _of_company(fields.Integer, "relationship_send_hourly")
    relationship_send_daily = _of_company(fields.Integer, "relationship_send_daily")
    relationship_case_user_id = _of_company(fields.Many2one, "relationship_case_user_id")
    relationship_case_contact_hours = _of_company(fields.Integer, "relationship_case_contact_hours")
    relationship_case_escalate_hours = _of_company(
        fields.Integer, "relationship_case_escalate_hours"
    )
    relationship_coverage_days = _of_company(fields.Integer, "relationship_coverage_days")
    relationship_referral_margin = _of_company(fields.Float, "relationship_referral_margin")
    relationship_acquisition_cost = fields.Monetary(
        related="company_id.relationship_acquisition_cost",
        readonly=False,
        currency_field="relationship_currency_id",
    )

    @api.model
    def default_get(self, fields):
        features = self._get_features()
        switches = {name for name in FEATURES if PREFIX + name in fields}
        return super().default_get(fields) | {PREFIX + name: name in features for name in switches}

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._write_company(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._write_company(vals))

    @api.model
    def _write_company(self, vals):
        """Write what is the company's, as nobody but the app's manager may; return the rest."""
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a manager of Relationship Insight sets this."))
        kept = ("company_id", "relationship_currency_id")
        rest = {name: value for name, value in vals.items() if name not in kept}
        company = {
            name: rest.pop(name)
            for name in list(rest)
            if name in self._fields and self._fields[name].related
        }
        if company:
            self.env.company.sudo().write(company)
        return rest

    def execute(self):
        """Switch what was ticked; the rest was written when the form was saved."""
        self.ensure_one()
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a manager of Relationship Insight sets this."))
        self._set_features({name for name in FEATURES if self[PREFIX + name]})
        return {"type": "ir.actions.client", "tag": "reload"}

    def cancel(self):
        return {"type": "ir.actions.client", "tag": "reload"}

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Show the app's page of the settings of Odoo, as far as its fields are here."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            page = self.env.ref("base.res_config_settings_view_form").sudo()._get_combined_arch()
            [app] = page.xpath("//app[@name='relationship_insight']")
            for setting in app.xpath(".//setting"):
                names = set(setting.xpath(".//field/@name"))
                if names - self._fields.keys():
                    setting.getparent().remove(setting)
            arch.append(app)
        return arch, view
