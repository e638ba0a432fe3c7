import random
from datetime import date, datetime, timedelta

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from ..common_note import RELATIONS

FIRST, SECOND = date(2026, 3, 2), date(2026, 6, 1)


class ResultCase(TransactionCase):
    """A campaign of one question, and waves of it answered as a test says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.company.write({"relationship_minimum_group": 5, "relationship_holdout_share": 0})
        cls.pim = new_test_user(cls.env, "pim", groups=f"{RELATIONS},base.group_allow_export")
        cls.recommend = cls.env.ref("relationship_insight.measure_m03")
        cls.satisfied = cls.env.ref("relationship_insight.measure_m04")
        cls.instrument = cls.env["relationship.instrument"].create(
            {"name": "How are we doing?", "code": "test_result", "kind": "pulse"}
        )
        cls.version = cls.make_version()
        cls.campaign = cls.env["relationship.campaign"].create(
            {"name": "Quarterly", "instrument_id": cls.instrument.id}
        )
        cls.people = cls.env["res.partner"].create([{"name": f"Person {i}"} for i in range(60)])
        cls.random = random.Random(7)

    @classmethod
    def make_version(cls, comparable=True):
        version = cls.env["relationship.instrument.version"].create(
            {
                "instrument_id": cls.instrument.id,
                "comparable": comparable,
                "item_ids": [Command.create({"measure_id": cls.recommend.id})],
            }
        )
        version.action_go_live()
        return version

    def make_wave(self, start, version=None, people=None, answer=None, **invitation):
        """One wave; ``answer(i)`` gives the answer of person i, None for silence."""
        wave = self.env["relationship.wave"].create(
            {
                "campaign_id": self.campaign.id,
                "date_start": start,
                "date_end": start + timedelta(days=28),
            }
        )
        wave.write({"state": "running", "version_id": (version or self.version).id})
        moment = datetime.combine(start, datetime.min.time()) + timedelta(hours=9)
        vals_list = []
        for i, person in enumerate(people or self.people):
            value = answer(i) if answer else 8
            vals_list.append(
                {
                    "campaign_id": self.campaign.id,
                    "wave_id": wave.id,
                    "version_id": (version or self.version).id,
                    "company_id": self.company.id,
                    "partner_id": person.id,
                    "channel": "email",
                    "lang": "en_US",
                    "state": "sent" if value is None else "done",
                    "date_planned": moment,
                    "date_sent": moment,
                    "date_start": value is not None and moment,
                    "date_done": value is not None and moment,
                    **{name: f(i) if callable(f) else f for name, f in invitation.items()},
                }
            )
        invitations = self.env["relationship.invitation"].sudo().create(vals_list)
        self.env["relationship.reading"].create(
            [
                {
                    "measure_id": self.recommend.id,
                    "partner_id": invitation.partner_id.id,
                    "company_id": self.company.id,
                    "value": answer(i) if answer else 8,
                    "origin": "pulse",
                    "date": moment,
                    "invitation_id": invitation.id,
                }
                for i, invitation in enumerate(invitations)
                if invitation.date_start
            ]
        )
        return wave

    def results(self, **vals):
        self.campaign._refresh_results()
        return self.env["relationship.campaign.result"].search(
            [("campaign_id", "=", self.campaign.id), *((k, "=", v) for k, v in vals.items())],
            order="period",
        )
