from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools.misc import format_date, formatLang

MANAGER = "relationship_insight.group_relationship_manager"
PANEL = "relationship_insight.relationship_onboarding"


class RelationshipOnboarding(models.AbstractModel):
    """The first steps of whoever sets the app up, on the desk until done or put away."""

    _name = "relationship.onboarding"
    _description = "First Steps"

    @api.model
    def _get_panel(self):
        """Return what the desk shows before anybody was asked, False to everybody else.

        :return: dict with ``found`` (a sentence) and ``steps``: dicts with ``id``, ``title``,
            ``description``, ``button``, ``done``
        """
        panel = self._get_onboarding()
        if not panel or panel.is_onboarding_closed:
            return False
        done = self._get_done()
        return {
            "found": self._get_found(),
            "steps": [
                {
                    "id": step.id,
                    "title": step.title,
                    "description": step.description,
                    "button": step.button_text,
                    "done": step.current_step_state != "not_done"
                    or step.panel_step_open_action_name in done,
                }
                for step in panel.step_ids
            ],
        }

    @api.model
    def _get_onboarding(self):
        """The panel, for a manager of an app that asks customers; empty for others."""
        Onboarding = self.env["onboarding.onboarding"]
        if (
            not self.env.user.has_group(MANAGER)
            or "feedback" not in self.env["relationship.feature"]._get_features()
        ):
            return Onboarding
        panel = self.env.ref(PANEL, raise_if_not_found=False)
        return panel.sudo() if panel else Onboarding

    @api.model
    def _get_done(self):
        """Steps that somebody did already, by whatever way."""
        staff = self.env.ref("relationship_insight.group_relationship_staff").sudo()
        asked = [("company_id", "=", self.env.company.id), ("state", "!=", "draft")]
        done = {
            "action_relationship_users": staff.all_user_ids - self.env.user,
            "action_relationship_campaign": self.env["relationship.campaign"].search(
                asked, limit=1
            ),
        }
        return {name for name, found in done.items() if found}

    @api.model
    def _get_found(self):
        """Say what was read of what the company sold before."""
        Profile = self.env["relationship.profile"]
        [(customers, days, first)] = Profile._read_group(
            [("company_id", "=", self.env.company.id), ("first_purchase", "!=", False)],
            [],
            ["__count", "purchase_days:sum", "first_purchase:min"],
        )
        if not customers:
            return False
        return self.env._(
            "%(customers)s customers and %(purchases)s purchases since %(year)s were read.",
            customers=formatLang(self.env, customers, digits=0),
            purchases=formatLang(self.env, days, digits=0),
            year=format_date(self.env, first, date_format="yyyy"),
        )

    @api.model
    def open_step(self, step_id):
        """Open a step of the panel.

        :return: the action to go on with
        :raise AccessError: unless the user is a manager of the app
        """
        step = self._check_manager().step_ids.filtered(lambda step: step.id == step_id)
        return getattr(step, step.panel_step_open_action_name)() if step else False

    @api.model
    def put_away(self):
        """Put the panel away, for everybody of the company."""
        self._check_manager()
        self._close_panel()

    @api.model
    def _close_panel(self):
        panel = self.env.ref(PANEL).sudo()
        panel._search_or_create_progress()
        panel.action_close()

    @api.model
    def _check_manager(self):
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a manager of Relationship Insight sets this."))
        return self._get_onboarding()
