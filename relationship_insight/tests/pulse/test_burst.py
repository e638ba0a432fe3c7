import logging
import random
from datetime import datetime, timedelta

from odoo.tests import TransactionCase, tagged

_logger = logging.getLogger(__name__)

BEGIN = datetime(2026, 6, 1)
HONEST, DAYS = 2970, 30
# How many a dishonest hand sends in one sitting; of pairs nobody can tell.
SITTINGS = (8, 6, 5, 4, 3, 2, 2)
AGENTS = [f"phone {number}" for number in range(30)]
FOUND, FALSE = 0.8, 0.02


@tagged("post_install", "-at_install")
class TestBurst(TransactionCase):
    """30 answers of one hand among 3,000: most are found, few others are doubted."""

    def test_fakes_among_thousands(self):
        rng = random.Random(11)
        answers = [self._honest(rng) for _answer in range(HONEST)]
        fakes = set()
        for size in SITTINGS:
            start = self._moment(rng)
            for _answer in range(size):
                fakes.add(len(answers))
                answers.append(
                    (
                        "the shop's Wi-Fi 1 phone 0 of the clerk",
                        "link",
                        start + timedelta(minutes=rng.uniform(0, 40)),
                    )
                )
        invitations = self._make(answers)
        found = self.env["relationship.invitation"]._flag_bursts(BEGIN)
        caught = sum(invitations[index].id in found for index in fakes)
        wrong = len(found) - caught
        _logger.info(
            "bursts: %s of %s fakes found, %s of %s others doubted",
            caught,
            len(fakes),
            wrong,
            HONEST,
        )
        self.assertGreaterEqual(caught / len(fakes), FOUND)
        self.assertLessEqual(wrong / HONEST, FALSE)
        self.assertFalse(self.env["relationship.invitation"]._flag_bursts(BEGIN))

    def test_one_after_the_other_marks_the_same(self):
        rng = random.Random(12)
        answers = sorted(
            (
                (
                    f"device {rng.randrange(4)}",
                    rng.choice(("link", "kiosk")),
                    BEGIN + timedelta(minutes=rng.uniform(0, 600)),
                )
                for _answer in range(150)
            ),
            key=lambda answer: answer[2],
        )
        whole = self._make(answers)
        self.env["relationship.invitation"]._flag_bursts(BEGIN)
        expected = whole.mapped("flag")
        whole.device_hash = False
        single = self._make([(None, channel, moment) for _device, channel, moment in answers])
        for invitation, (device, _channel, moment) in zip(single, answers, strict=True):
            invitation.device_hash = device
            invitation._flag_bursts(moment - timedelta(hours=1), device)
        self.assertEqual(single.mapped("flag"), expected)
        self.assertTrue(any(expected) and not all(expected))

    def _make(self, answers):
        instrument = self.env["relationship.instrument"].create(
            {
                "name": "Burst",
                "code": f"burst_{len(self.env['relationship.instrument'].search([]))}",
                "version_ids": [
                    (
                        0,
                        0,
                        {
                            "item_ids": [
                                (
                                    0,
                                    0,
                                    {
                                        "measure_id": self.env.ref(
                                            "relationship_insight.measure_m04"
                                        ).id
                                    },
                                )
                            ]
                        },
                    )
                ],
            }
        )
        campaign = self.env["relationship.campaign"].create(
            {"name": "Burst", "instrument_id": instrument.id}
        )
        return self.env["relationship.invitation"].create(
            [
                {
                    "campaign_id": campaign.id,
                    "version_id": instrument.version_ids.id,
                    "company_id": self.env.company.id,
                    "channel": channel,
                    "state": "done",
                    "device_hash": device,
                    "date_done": moment,
                }
                for device, channel, moment in answers
            ]
        )

    def _honest(self, rng):
        """Half at home, many behind an address of the phone company, some in the shop."""
        place = rng.random()
        address = (
            f"home {rng.randrange(10**6)}"
            if place < 0.5
            else f"phone company {rng.randrange(64)}"
            if place < 0.9
            else f"the shop's Wi-Fi {rng.randrange(5)}"
        )
        # A few models are everywhere.
        agent = AGENTS[min(int(rng.expovariate(0.2)), len(AGENTS) - 1)]
        return f"{address} {agent}", "link", self._moment(rng)

    def _moment(self, rng):
        """Somewhere between nine and nine."""
        return BEGIN + timedelta(days=rng.randrange(DAYS), hours=9 + rng.triangular(0, 12, 9))
