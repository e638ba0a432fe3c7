import json
import re
from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from ...controllers.pulse_page import PulsePage

QUIET = ("odoo.http", "odoo.addons.base.models.ir_http", "werkzeug")
# Tables that a page view may write to: what came in lately, and Odoo's own.
COUNTED = (
    "relationship_invitation",
    "relationship_reading",
    "relationship_contact_preference",
    "relationship_eligibility",
    "relationship_rate_limit",
    "survey_user_input",
    "mail_message",
    "mail_activity",
    "res_partner",
    "relationship_refresh_queue",
    "relationship_mention",
)


class PulseCase(HttpCase):
    """A campaign with a page, and what a customer's phone or a mail scanner does to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("th_TH")
        cls.company = cls.env.company
        cls.company.relationship_holdout_share = 0
        cls.partner = cls.env["res.partner"].create(
            {"name": "Malee Srisuk", "email": "malee@example.com"}
        )
        cls.campaign = cls._make_campaign("test", "M04", "M10_honest", "M03_why")

    @classmethod
    def _make_campaign(cls, code, *codes, **vals):
        Measure = cls.env["relationship.measure"]
        instrument = cls.env["relationship.instrument"].create(
            {"name": code, "code": code, "is_deep": len(codes) > 3 or "M01" in codes}
        )
        cls.env["relationship.instrument.version"].create(
            {
                "instrument_id": instrument.id,
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "measure_id": Measure.search([("code", "=", name)]).id,
                            "sequence": index,
                        },
                    )
                    for index, name in enumerate(codes)
                ],
            }
        ).action_go_live()
        return cls.env["relationship.campaign"].create(
            {"name": f"Campaign {code}", "instrument_id": instrument.id, "state": "running", **vals}
        )

    @classmethod
    def _invite(cls, campaign=None, **vals):
        campaign = campaign or cls.campaign
        # Nobody is asked twice within a day.
        cls.invited = getattr(cls, "invited", 0) + 1
        return cls.env["relationship.invitation"].create(
            {
                "campaign_id": campaign.id,
                "version_id": campaign.instrument_id.live_version_id.id,
                "company_id": campaign.company_id.id,
                "partner_id": cls.partner.id,
                "channel": "email",
                "state": "sent",
                "lang": "en_US",
                "date_planned": fields.Datetime.now() - timedelta(days=2 * cls.invited),
                **vals,
            }
        )

    def setUp(self):
        super().setUp()
        # One page load and its answer lie more than a moment apart, without waiting for it.
        self.clock = [1_800_000_000_000]
        self.patch(PulsePage, "_now", lambda _page: self.clock[0])

    def _path(self, url):
        return re.sub(r"^https?://[^/]+", "", url)

    def _get(self, path, **kwargs):
        with mute_logger(*QUIET):
            return self.url_open(self._path(path), allow_redirects=False, **kwargs)

    def _post(self, path, data, script=False, **kwargs):
        headers = {"Accept": "application/json"} if script else {}
        headers.update(kwargs.pop("headers", {}))
        with mute_logger(*QUIET):
            return self.url_open(
                self._path(path), data=data, headers=headers, allow_redirects=False, **kwargs
            )

    def _load(self, path):
        """Return the page as a tree, and move the clock on as a reader does."""
        answer = self._get(path)
        self.assertEqual(answer.status_code, 200, answer.text[:500])
        self.clock[0] += 5000
        return html.fromstring(answer.content)

    def _nonce(self, path):
        return self._load(path).xpath("//input[@name='n']/@value")[0]

    def _tap(self, path, nonce, at=2000, **answers):
        """One answer as the script of the page sends it."""
        answer = self._post(
            path, {"n": nonce, "at": at, "tap": 1, "step": "save", **answers}, script=True
        )
        return answer.status_code, json.loads(answer.content)

    def _answers(self, invitation):
        """Return {code: value, text or "na"} of what counts."""
        self.env.invalidate_all()
        readings = self.env["relationship.reading"].search(
            [("invitation_id", "=", invitation.id), ("voided", "=", False)]
        )
        return {
            (r.measure_id.code, r.competitor_id.name)
            if r.competitor_id
            else r.measure_id.code: "na" if r.na else r.text or r.value
            for r in readings
        }

    def _counts(self):
        self.env.flush_all()
        self.env.cr.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', count(*), COALESCE(sum(xmin::text::bigint), 0) FROM {table}"  # noqa: S608
                for table in COUNTED
                if table.replace("_", ".") in self._models()
            )
        )
        return sorted(self.env.cr.fetchall())

    def _models(self):
        return {name.replace("_", ".") for name in self.env.registry}
