from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from .cast import (
    CONTACTS,
    FIRST_NAMES,
    INITIALS,
    PASSWORDS,
    PRODUCTS,
    RIVALS,
    STAFF,
    THAI_READER,
)
from .plan import cast_customers

MONTHS = 12
OPT_OUTS = 2
QUIET = {
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "no_reset_password": True,
    "relationship_no_refresh": True,
    "tracking_disable": True,
}


class RelationshipDemo(models.AbstractModel):
    """Plays two years of a small shop. Loaded only with demonstration data."""

    _name = "relationship.demo"
    _description = "Demo Shop Generator"

    @api.model
    def _generate(self):
        """Create the demo shop once; on a database that has it, do nothing.

        :return: whether anything was created
        """
        if self.env.ref("relationship_insight.demo_user_rep", raise_if_not_found=False):
            return False
        company = self._create_company()
        self = self.with_context(**QUIET).with_company(company)  # noqa: PLW0642
        self = self.with_context(allowed_company_ids=company.ids)  # noqa: PLW0642
        staff = self._create_staff()
        products = self._create_products()
        customers = self._create_customers(staff)
        self._create_sale_orders(customers, products, staff)
        self._create_pos_orders(customers, products, staff)
        self._create_answers(customers, staff)
        self._create_conversations(customers, staff)
        self._create_person_facts(customers, staff)
        self._create_bond_story(customers, staff)
        self._create_cases(customers, staff)
        self._create_referrals(customers, staff)
        self._take_snapshots()
        # Before the last wave: who was just asked rests, and couldn't be drawn.
        self._create_study()
        self._create_campaign(customers)
        self._compare_staff()
        self._count_referrals()
        self.env["relationship.onboarding"]._close_panel()  # Two years later.
        # What follows from the talks, as the night would work it out.
        self.env["relationship.touch"]._refresh()
        self.env["relationship.cadence"]._refresh()
        return True

    @api.model
    def _create_company(self):
        """Return the shop: a company of its own, so that Odoo's demo customers aren't its."""
        baht = self.env.ref("base.THB")
        baht.active = True
        company = self.env["res.company"].create(
            {
                "name": "Corner Shop",
                "currency_id": baht.id,
                "city": "Bangkok",
                "email": "shop@example.com",
            }
        )
        # On its contact: a company made with a country installs that country's bookkeeping.
        company.partner_id.write({"tz": "Asia/Bangkok", "country_id": self.env.ref("base.th").id})
        # The till and the invoices need accounts; which ones is no part of this story.
        self.env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        company.currency_id = baht
        self._set_xmlid("demo_company", company)
        if not self.env["stock.warehouse"].search([("company_id", "=", company.id)]):
            self.env["stock.warehouse"].create(
                {"name": company.name, "code": "CS", "company_id": company.id}
            )
        self.env.ref("base.user_admin").write(
            {"company_ids": [Command.link(company.id)], "company_id": company.id}
        )
        return company

    @api.model
    def _demo_time(self, days, rng):
        """Return a moment in opening hours, ``days`` ago (UTC; the shop is seven hours ahead)."""
        today = fields.Datetime.now().replace(hour=0, minute=0, second=0)
        return today - timedelta(days=days) + timedelta(minutes=rng.randint(120, 660))

    @api.model
    def _set_xmlid(self, name, record):
        self.env["ir.model.data"]._update_xmlids(
            [
                {
                    "xml_id": f"relationship_insight.{name}",
                    "record": record,
                    "noupdate": True,
                }
            ]
        )

    @api.model
    def _create_staff(self):
        """Return the demo users by login; those who may log in have it as password."""
        thai = self.env["res.lang"]._lang_get("th_TH")
        users = self.env["res.users"].create(
            [
                {
                    "name": name,
                    "login": login,
                    **({"password": login} if login in PASSWORDS else {}),
                    "email": f"{login}@example.com",
                    "lang": "th_TH" if thai and login == THAI_READER else "en_US",
                    "tz": "Asia/Bangkok",
                    "company_id": self.env.company.id,
                    "company_ids": [Command.set(self.env.company.ids)],
                    "group_ids": [Command.set([self.env.ref(group).id for group in groups])],
                }
                for login, (name, groups) in STAFF.items()
            ]
        )
        staff = dict(zip(STAFF, users))
        for login, user in staff.items():
            self._set_xmlid(f"demo_user_{login}", user)
        team = self.env["crm.team"].create(
            {
                "name": "Corner Shop",
                "company_id": self.env.company.id,
                "user_id": staff["manager"].id,
                "member_ids": [Command.set((staff["rep"] | staff["seller"]).ids)],
            }
        )
        self._set_xmlid("demo_team", team)
        return staff

    @api.model
    def _create_products(self):
        category = self.env["pos.category"].create({"name": "Corner Shop"})
        self._set_xmlid("demo_pos_category", category)
        return self.env["product.product"].create(
            [
                {
                    "name": name,
                    "company_id": self.env.company.id,
                    "list_price": price,
                    "type": "consu",
                    "invoice_policy": "delivery",
                    "taxes_id": [Command.clear()],
                    "available_in_pos": at_till,
                    "pos_categ_ids": [Command.link(category.id)] if at_till else [],
                }
                for name, price, at_till in PRODUCTS
            ]
        )

    @api.model
    def _create_customers(self, staff):
        """Return (plan, partner) pairs; a company's contacts are its children."""
        plans = cast_customers()
        thailand = self.env.ref("base.th")
        partners = self.env["res.partner"].create(
            [
                self._prepare_customer_vals(plan, number, staff, thailand)
                for number, plan in enumerate(plans)
            ]
        )
        self.env["relationship.competitor"].create(
            [{"name": name, "aliases": aliases} for name, aliases in RIVALS.items()]
        )
        silent = [plan for plan in plans if plan.persona.key == "low" and not plan.answers]
        for plan in silent[:OPT_OUTS]:
            self.env["mail.blacklist"]._add(plan.email)
        return list(zip(plans, partners))

    @api.model
    def _prepare_customer_vals(self, plan, number, staff, country):
        keeper = staff.get(plan.persona.staff)
        vals = {
            "name": plan.name,
            "email": plan.email,
            "phone": plan.phone,
            "company_id": self.env.company.id,
            "is_company": plan.is_company,
            "country_id": country.id,
            "city": "Bangkok" if number % 3 else "Chiang Mai",
            "user_id": keeper.id if keeper else False,
            "customer_rank": 1,
        }
        if plan.is_company:
            vals["child_ids"] = [
                Command.create(
                    {
                        "name": f"{plan.rng.choice(FIRST_NAMES)} {INITIALS[-1]}",
                        "function": role,
                        "email": plan.email.replace("company.", f"{short}.", 1),
                        "phone": plan.phone,
                        "company_id": self.env.company.id,
                        "country_id": country.id,
                    }
                )
                for role, short in CONTACTS[: 2 + number % 2]
            ]
        return vals

    @api.model
    def _take_snapshots(self):
        """Review the customers at each of the last twelve months' ends, then today."""
        self.env.flush_all()
        Profile = self.env["relationship.profile"]
        first = fields.Date.start_of(fields.Date.context_today(self), "month")
        for back in range(MONTHS - 1, -1, -1):
            Profile._refresh(
                asof=fields.Date.subtract(first, months=back, days=1), companies=self.env.company
            )
        begin = fields.Datetime.now()
        Profile._refresh()
        for company in Profile._companies():
            company._note_relationship_refresh(begin)
        self._log_changes()

    @api.model
    def _log_changes(self):
        """Changes of class on the month's end at which they show, as if read every night."""
        self.env["relationship.transition"].search(
            [("company_id", "=", self.env.company.id)]
        ).unlink()
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO relationship_transition (
                commercial_partner_id, company_id, date, class_from, class_to, confidence, p_true,
                p_latent, p_spurious, p_low, attitude_before, attitude_after, rate_before,
                rate_after, reading_ids, create_uid, create_date, write_uid, write_date)
            SELECT fresh.commercial_partner_id, fresh.company_id, fresh.date,
                   COALESCE(old.loyalty_class, 'unknown'), fresh.loyalty_class, fresh.confidence,
                   fresh.p_true, fresh.p_latent, fresh.p_spurious, fresh.p_low, old.attitude,
                   fresh.attitude, old.rate, fresh.rate,
                   (SELECT JSONB_AGG(id) FROM (
                       SELECT reading.id FROM relationship_reading reading
                         JOIN relationship_measure measure ON measure.id = reading.measure_id
                        WHERE reading.commercial_partner_id = fresh.commercial_partner_id
                          AND reading.company_id = fresh.company_id
                          AND reading.date < fresh.date + 1 AND measure.kind != 'motive'
                     ORDER BY reading.date DESC, reading.id DESC LIMIT 10) moving),
                   1, NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC'
              FROM relationship_snapshot fresh
              LEFT JOIN LATERAL (
                    SELECT * FROM relationship_snapshot before
                     WHERE before.commercial_partner_id = fresh.commercial_partner_id
                       AND before.company_id = fresh.company_id AND before.date < fresh.date
                  ORDER BY before.date DESC LIMIT 1) old ON TRUE
             WHERE fresh.company_id = %s
               AND COALESCE(old.loyalty_class, 'unknown') != fresh.loyalty_class
            """,
                self.env.company.id,
            )
        )
        self.env["relationship.transition"].invalidate_model()
