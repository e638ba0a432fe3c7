import random
from datetime import timedelta

from odoo import api, models

SHARE = 0.4
SOURCES = ("pos", "pos", "code", "link", "staff", "sale", "survey")
HEARD = ("The lady from the noodle stall", "My neighbour Somsri", "A colleague at the bank")


class RelationshipDemo(models.AbstractModel):
    _inherit = "relationship.demo"

    @api.model
    def _create_referrals(self, customers, staff):
        """Four in ten were brought by somebody who bought before them; some claims need a look."""
        rng = random.Random(11)
        self = self.with_context(loyalty_no_mail=True)  # noqa: PLW0642
        company = self.env.company
        points = self.env["loyalty.program"].create(
            {"name": "Thank-you points", "program_type": "loyalty", "company_id": company.id}
        )
        program = self.env["relationship.referral.program"]._get_program(company)
        program.write(
            {
                "referrer_program_id": points.id,
                "referrer_points": 100,
                "referred_program_id": points.id,
                "referred_points": 50,
                "cost": 150,
                "user_id": staff["manager"].id,
                "farm_count": 8,
            }
        )
        company.write({"relationship_referral_margin": 40, "relationship_acquisition_cost": 350})
        first = {
            customer.id: date
            for customer, date in self.env["relationship.purchase"]._read_group(
                [("company_id", "=", company.id), ("is_visit", "=", True)],
                ["commercial_partner_id"],
                ["date:min"],
            )
        }
        people = sorted(
            (partner for _plan, partner in customers if partner.id in first),
            key=lambda partner: (first[partner.id], partner.id),
        )
        Referral = self.env["relationship.referral"]
        referrals = Referral
        bringers = people[:3]
        for place, friend in enumerate(people[5:], 5):
            if rng.random() > SHARE:
                continue
            # Whoever brought one brings more, so that chains grow.
            referrer = rng.choice(bringers if rng.random() < 0.5 else people[:place])
            source = rng.choice(SOURCES)
            code = self.env["relationship.referral.code"]._get_or_create(referrer)
            seller = staff[rng.choice(["rep", "seller"])].partner_id
            referrals |= Referral._claim(
                {
                    "referred_id": friend.id,
                    "source": source,
                    **(
                        {"code": code.code}
                        if source in ("code", "link")
                        else {"referrer_id": referrer.id}
                    ),
                    "date": first[friend.id] - timedelta(days=rng.randint(1, 25)),
                    "staff_id": False if source in ("code", "link", "survey") else seller.id,
                }
            )
            bringers.append(friend)
        new = [partner for partner in people[-20:] if not partner.referred_by_ids]
        for friend, heard in zip(new, HEARD):
            referrals |= Referral._claim(
                {
                    "referred_id": friend.id,
                    "source": "staff",
                    "referrer_name": heard,
                    "date": first[friend.id],
                    "staff_id": staff["rep"].partner_id.id,
                }
            )
        for friend, referrer in zip(new[len(HEARD) :][:2], people[3:5]):
            street = {"street": f"{friend.id} Charoen Krung Road", "zip": "10500"}
            (friend | referrer).write(street)
            referrals |= Referral._claim(
                {
                    "referred_id": friend.id,
                    "referrer_id": referrer.id,
                    "source": "pos",
                    "date": first[friend.id],
                    "staff_id": staff["seller"].partner_id.id,
                }
            )
        referrals._process()

    @api.model
    def _count_referrals(self):
        """The chains and their figures, as the night would count them."""
        self.env["relationship.referral.standing"]._refresh(self.env.company)
        self.env["relationship.referral.figures"]._refresh(self.env.company)
