import secrets

from odoo import api, fields, models

from .relationship_invitation import PATH, TOKEN_PATTERN


class RelationshipFeedbackPoint(models.Model):
    """A place where anybody may answer: a poster with a QR code, or a tablet in the shop."""

    _name = "relationship.feedback.point"
    _description = "Feedback Point"
    _inherit = "relationship.guarded"
    _order = "name"
    _check_company_auto = True

    name = fields.Char(required=True, help="For example the shop, or the place in it.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    campaign_id = fields.Many2one(
        "relationship.campaign",
        required=True,
        check_company=True,
        ondelete="restrict",
        index=True,
        help="Its questions are asked here. Nobody's name is asked or stored.",
    )
    is_kiosk = fields.Boolean(
        string="Tablet in the Shop", help="The page gets ready for the next customer by itself."
    )
    invitation_text = fields.Char(
        string="Line on the Poster",
        translate=True,
        default=lambda self: self.env._("How was it? Please tell us."),
    )
    access_token = fields.Char(
        copy=False, groups=fields.NO_ACCESS, default=lambda self: secrets.token_urlsafe(24)
    )
    url = fields.Char(string="Link", compute="_compute_url")
    answer_count = fields.Integer(compute="_compute_answer_count")

    _token_uniq = models.UniqueIndex("(access_token) WHERE access_token IS NOT NULL")

    def _compute_url(self):
        for point in self:
            base = point.company_id.sudo().get_base_url().rstrip("/")
            token = point.sudo().access_token
            point.url = token and f"{base}{PATH}/shop/{token}"

    def _compute_answer_count(self):
        counts = dict(
            self.env["relationship.invitation"]
            .sudo()
            ._read_group(
                [
                    ("shop_model", "=", self._name),
                    ("shop_id", "in", self.ids),
                    ("state", "=", "done"),
                ],
                ["shop_id"],
                ["__count"],
            )
        )
        for point in self:
            point.answer_count = counts.get(point.id, 0)

    @api.model
    def _get_open_sudo(self, token):
        """Return the point whose page a token opens, empty for any other token."""
        nobody = self.sudo().browse()
        if not isinstance(token, str) or not TOKEN_PATTERN.match(token):
            return nobody
        return nobody.search([("access_token", "=", token)], limit=1).filtered(
            lambda point: (
                point.campaign_id.state == "running"
                and point.campaign_id.instrument_id.live_version_id.kind == "pulse"
            )
        )

    def _open_answer(self, visit, lang=None):
        """Return the invitation of one visitor, made at the first answer."""
        self.ensure_one()
        return self.sudo().campaign_id._open_invitation(
            "kiosk",
            source_key=f"kiosk:{self.id}:{visit}",
            shop_model=self._name,
            shop_id=self.id,
            shop_name=self.name,
            lang=lang,
        )

    def _get_length(self):
        """Return in words how long it takes to answer here."""
        self.ensure_one()
        return self.sudo().campaign_id.instrument_id.live_version_id._get_length()

    def action_open(self):
        """Open the page as a visitor sees it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.url, "target": "new"}

    def action_renew(self):
        """Make a new link; posters with the old one stop working."""
        self.check_access("write")
        for point in self.sudo():
            point.access_token = secrets.token_urlsafe(24)

    def action_view_answers(self):
        """Open the visits of this point."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "relationship_insight.relationship_invitation_action"
        )
        return {**action, "domain": [("shop_model", "=", self._name), ("shop_id", "=", self.id)]}
