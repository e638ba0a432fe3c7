from odoo import api, fields, models
from odoo.http import request
from odoo.tools.urls import urljoin

from .relationship_referral_share import COOKIE

MEDIUM = "relationship_insight.utm_medium_referral"
SOURCE = "relationship_insight.utm_source_referral"
CAMPAIGN = "relationship_insight.utm_campaign_referral"


class RelationshipReferralProgram(models.Model):
    """Where friends come from, in the words of Odoo's marketing: campaign, source and medium."""

    _inherit = "relationship.referral.program"

    utm_campaign_id = fields.Many2one(
        "utm.campaign", string="Marketing Campaign", ondelete="set null", index="btree_not_null",
        default=lambda self: self.env.ref(CAMPAIGN, raise_if_not_found=False),
        help="Leads and orders of visitors who came by a customer's link count for it.")
    shop_url = fields.Char(
        string="Where Friends Land", help="A page of your shop that friends are shown the way to.")
    link_tracker_id = fields.Many2one(
        "link.tracker", string="Tracked Link", readonly=True, ondelete="set null", copy=False,
        index="btree_not_null")
    shop_click_count = fields.Integer(
        related="link_tracker_id.count", string="Went to the Shop",
        help="How often friends went on to your shop's page; counted without storing who.")

    @api.model_create_multi
    def create(self, vals_list):
        programs = super().create(vals_list)
        programs._track_shop_url()
        return programs

    def write(self, vals):
        res = super().write(vals)
        if {"shop_url", "utm_campaign_id", "name"} & set(vals):
            self._track_shop_url()
        return res

    def _track_shop_url(self):
        """Have a tracked link to the shop's page; one per page and campaign is Odoo's rule."""
        for program in self:
            tracker_sudo = self.env["link.tracker"].sudo()
            if program.shop_url:
                campaign, source, medium = program._get_utm_sudo()
                tracker_sudo = tracker_sudo.search_or_create([{
                    "url": program._get_shop_address(),
                    "title": program.name,
                    "campaign_id": campaign.id, "source_id": source.id, "medium_id": medium.id,
                }])
            if program.link_tracker_id != tracker_sudo:
                program.link_tracker_id = tracker_sudo

    def _get_shop_address(self):
        """Return the shop's page as a whole address; a path is one of this server."""
        path = self.shop_url.strip()
        return urljoin(self.get_base_url(), path) if path.startswith("/") else path

    def _get_utm_sudo(self):
        """Return campaign, source and medium of friends, in sudo; empty where deleted."""
        self.ensure_one()
        campaign, source, medium = (
            self.env.ref(name, raise_if_not_found=False) or self.env[model]
            for name, model in (
                (CAMPAIGN, "utm.campaign"), (SOURCE, "utm.source"), (MEDIUM, "utm.medium")))
        return (self.utm_campaign_id or campaign).sudo(), source.sudo(), medium.sudo()

    def _get_utm_cookies(self):
        """Return {name of Odoo's own cookie: value} that say how a friend came, not who it is."""
        self.ensure_one()
        found = {record._name: record.name for record in self._get_utm_sudo() if record}
        Mixin = self.env["utm.mixin"]
        return {
            cookie: found[Mixin._fields[field].comodel_name]
            for _parameter, field, cookie in Mixin.tracking_fields()
            if Mixin._fields[field].type == "many2one"
            and Mixin._fields[field].comodel_name in found
        }


class LinkTrackerClick(models.Model):
    _inherit = "link.tracker.click"

    def _prepare_click_values_from_route(self, **route_values):
        """Friends on the way to the shop are counted; where they come from is nobody's business."""
        programs = self.env["relationship.referral.program"].sudo().search_count(
            [("link_tracker_id", "=", route_values.get("link_id"))], limit=1)
        if programs:
            route_values = {"link_id": route_values["link_id"]}
        return super()._prepare_click_values_from_route(**route_values)


class RelationshipReferralCode(models.Model):
    _inherit = "relationship.referral.code"

    @api.model
    def _get_of_visitor_sudo(self):
        """Return the code of the link by which the visitor of this request came, in sudo."""
        token = request and request.env and request.cookies.get(COOKIE)
        if not token or not request.env.uid or request.env.user._is_internal():
            return self.sudo().browse()
        return self._find_by_token(token)

    def _claim_visitor(self, record, **friend):
        """Who left their data on a page, as a lead or with an order, came by this link."""
        self.ensure_one()
        if record.company_id and record.company_id != self.company_id:
            return
        self.env["relationship.referral"]._claim({
            **friend,
            "token": self.token,
            "company_id": self.company_id.id,
            "source": "link",
            "document_model": record._name,
            "document_id": record.id,
            "source_key": f"link:{self.id}:{record._name}:{record.id}",
        })
