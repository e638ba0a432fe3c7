"""The whole path in one run: a purchase, the mail, the first question tapped in it, the answers.

Real crons of a real server plan and send, a real mail server on loopback takes the mail, and a
real Chromium of a phone's size opens it, in Thai and in English. RI_SCREENSHOTS names a folder for
the pictures; without it they go where the test's own files are.
"""

import os
import re
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

pytest.importorskip("playwright.sync_api")
sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))

from smtp_sink import Sink  # noqa: E402

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
THAI = re.compile(r"[\u0e01-\u0e5b]")
REFRESH = 60  # seconds until a profile knows of an answer
PASSWORD = "a long enough one"

SETUP = """
from odoo.fields import Command
env["res.lang"]._activate_lang("th_TH")
env["ir.module.module"].search([
    ("name", "in", ("base", "mail", "web", "relationship_insight")),
])._update_translations(["th_TH"])
company = env.company
company.write({{
    "relationship_mail_from": 0, "relationship_mail_to": 24, "relationship_send_days": "all",
    "relationship_holdout_share": 0, "email": "shop@example.com", "name": "บ้านกาแฟ"}})
env["ir.mail_server"].create({{
    "name": "Sink", "smtp_host": "127.0.0.1", "smtp_port": {port}, "smtp_encryption": "none"}})
params = env["ir.config_parameter"]
params.set_param("web.base.url", "{url}")
params.set_param("web.base.url.freeze", "True")
owner = env["res.users"].with_context(no_reset_password=True).create({{
    "name": "นก", "login": "owner", "password": "{password}", "lang": "th_TH",
    "email": "owner@example.com", "group_ids": [
        Command.link(env.ref("relationship_insight.group_relationship_staff").id),
        Command.link(env.ref("sales_team.group_sale_salesman").id)]}})
other = owner.copy({{"login": "other", "name": "ต้น"}})
company.relationship_case_user_id = other
env["relationship.competitor"].create({{"name": "เซ็นทรัล", "aliases": "Central"}})
measure = {{m.code: m for m in env["relationship.measure"].search([])}}
instrument = env["relationship.instrument"].create({{
    "name": "After a purchase, whole", "code": "PATH", "is_deep": True, "version_ids": [
        Command.create({{"item_ids": [
            Command.create({{"measure_id": measure[code].id, "sequence": place}})
            for place, code in enumerate(("M04_visit", "M02", "M01", "M06"))]}})]}})
instrument.version_ids.action_go_live()
campaign = env["relationship.campaign"].create({{
    "name": "Path", "instrument_id": instrument.id, "kind": "event", "event": "sale_confirmed",
    "delay": 0, "delay_unit": "hours", "sampling_fraction": 1, "channel_1": "email"}})
campaign.action_start()
env["ir.cron"].search([]).active = False
env["ir.cron"].with_context(active_test=False).search([
    ("ir_actions_server_id.name", "=like", "Relationship Insight%")]).active = True
env.cr.commit()
"""
# The customer buys; their salesperson is not the person the company names for cases.
PURCHASE = """
import time
from odoo.fields import Command
time.sleep(1.1)
owner = env["res.users"].search([("login", "=", "owner")])
customer = env["res.partner"].create({{
    "name": "{name}", "email": "{email}", "lang": "{lang}", "tz": "Asia/Bangkok",
    "user_id": owner.id}})
product = env["product.product"].create({{"name": "กาแฟ", "list_price": 120}})
order = env["sale.order"].create({{
    "partner_id": customer.id, "user_id": owner.id,
    "order_line": [Command.create({{"product_id": product.id, "product_uom_qty": 2}})]}})
order.action_confirm()
env.cr.commit()
"""


class Shop:
    """The database, its server, its mail server, and ways to look at what happened."""

    def __init__(self, databases, name, start_server, folder):
        from ridev.odoo import free_port

        self.databases, self.name, self.folder = databases, name, folder
        self.sink = Sink(free_port()).start()
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        self.shell(SETUP.format(port=self.sink.port, url=url, password=PASSWORD))
        self.server = start_server(name, "--max-cron-threads=1", port=port)
        self.url = url

    def shell(self, code):
        from ridev import odoo

        odoo.shell(
            self.databases.server,
            self.databases.conf,
            self.name,
            code,
            log=self.folder / "shell.log",
            what="the shop",
        )

    def sql(self, query):
        return self.databases.sql(query, database=self.name)

    def wake(self, *crons):
        """Make crons due, as their interval would a little later."""
        for cron in crons:
            self.sql(
                "INSERT INTO ir_cron_trigger (cron_id, call_at)"
                " SELECT res_id, now() AT TIME ZONE 'UTC' FROM ir_model_data"
                f" WHERE module = 'relationship_insight' AND name = '{cron}'"
            )
        self.databases.sql(f"NOTIFY cron_trigger, '{self.name}'")

    def wait(self, query, seconds, crons=()):
        """Wait until a query has a result; return it and the seconds that took."""
        start = time.monotonic()
        turn = 0
        while not (rows := self.sql(query)):
            assert time.monotonic() - start < seconds, f"after {seconds} s nothing: {query}"
            if crons and turn % 20 == 0:
                self.wake(*crons)
            turn += 1
            time.sleep(0.25)
        return rows, time.monotonic() - start


@pytest.fixture(scope="module")
def shop(databases, clone, start_server, tmp_path_factory):
    shop = Shop(databases, clone, start_server, tmp_path_factory.mktemp("shop"))
    yield shop
    shop.sink.stop()


class Buyer(NamedTuple):
    """A customer who reads one language, and what the pages say in it."""

    lang: str
    name: str
    email: str
    saved: str
    stores: tuple  # as written: known, unknown, the shop itself


THAI_BUYER = Buyer(
    "th_TH", "มาลี ศรีสุข", "malee@example.com", "บันทึกแล้ว", ("Central", "ร้านป้าแดง", "บ้านกาแฟ")
)
ENGLISH_BUYER = Buyer(
    "en_US", "Mary Brown", "mary@example.com", "Saved", ("Central", "Red Barn", "บ้านกาแฟ")
)


@pytest.fixture
def phones(browser):
    """{language: a page of a phone that is set to it}, which collects what went wrong."""
    contexts = []

    def phone(lang):
        contexts.append(
            browser.new_context(locale=lang.replace("_", "-"), timezone_id="Asia/Bangkok", **PHONE)
        )
        page = contexts[-1].new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on(
            "console", lambda message: message.type == "error" and page.errors.append(message.text)
        )
        return page

    yield phone
    for context in contexts:
        context.close()


def picture(shop, page, name):
    folder = Path(os.environ.get("RI_SCREENSHOTS") or shop.folder)
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"path_{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, name


def card(page):
    return page.locator(".card:not([hidden])")


def readings(shop, buyer, columns="r.id", where="TRUE"):
    return shop.sql(
        f"SELECT {columns} FROM relationship_reading r"
        " JOIN relationship_measure m ON m.id = r.measure_id"
        " JOIN res_partner p ON p.id = r.partner_id"
        " LEFT JOIN relationship_competitor c ON c.id = r.competitor_id"
        f" WHERE p.email = '{buyer.email}' AND {where} ORDER BY 1"
    )


def get_mail(shop, buyer):
    """Let somebody buy; return the mail that the crons plan and send."""
    of = f"p.email = '{buyer.email}'"
    shop.shell(PURCHASE.format(**buyer._asdict()))
    shop.wait(
        "SELECT i.id FROM relationship_invitation i JOIN res_partner p ON p.id = i.partner_id"
        f" WHERE i.state IN ('planned', 'sent') AND {of}",
        90,
        ("ir_cron_relationship_plan",),
    )
    shop.wait(
        f"SELECT id FROM relationship_delivery WHERE state = 'sent' AND email = '{buyer.email}'",
        90,
        ("ir_cron_relationship_send",),
    )
    assert shop.sql(
        "SELECT outcome || ' ' || reason FROM relationship_eligibility e"
        f" JOIN res_partner p ON p.id = e.partner_id WHERE {of}"
    ) == ["invited invited"]
    (mail,) = [mail for address, mail, _time in shop.sink.mails if address == buyer.email]
    return mail


def check_mail(shop, buyer, mail):
    """In the customer's language, with what RFC 8058 asks for; return its HTML."""
    leave = mail["List-Unsubscribe"].strip()
    assert re.fullmatch(rf"<{re.escape(shop.url)}/pulse/unsubscribe/[\w-]{{30,}}>", leave)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain = mail.get_body(("plain",)).get_content()
    assert buyer.name.split()[0] in plain and f"{shop.url}/pulse/" in plain
    words = re.sub(r"https?://\S+|บ้านกาแฟ", "", f"{mail['Subject']} {plain}")
    thai, english = THAI.findall(words), re.findall(r"[A-Za-z]{4,}", words)
    other = thai if buyer.lang == "en_US" else english
    assert not other, other
    assert thai or english
    return mail.get_body(("html",)).get_content()


def answer(shop, phone, buyer):
    """Tap the first question in the mail and answer the rest; return when that was sent."""
    html = check_mail(shop, buyer, get_mail(shop, buyer))
    # Mail programs of phones show a mail as wide as the screen.
    phone.set_content(f'<meta name="viewport" content="width=device-width">{html}')
    picture(shop, phone, f"{buyer.lang}_1_mail")
    links = phone.locator("a[href*='m=M04_visit']")
    assert links.count() == 5
    assert not readings(shop, buyer)

    # The page: the answer of the mail is chosen, nothing is stored until a human says so.
    links.first.tap()
    phone.wait_for_selector("#pulse")
    assert phone.locator("html").get_attribute("lang") == buyer.lang.replace("_", "-")
    assert card(phone).locator("input:checked").get_attribute("value") == "1"
    assert not readings(shop, buyer)
    picture(shop, phone, f"{buyer.lang}_2_chosen")
    phone.tap("#next")
    phone.wait_for_selector("[data-widget=felt]:not([hidden])")
    for face in ("annoyed", "letdown", "glad", "glad"):  # the last tap takes it back
        card(phone).locator(f".tile:has([name=M02_{face}])").tap()
    phone.locator("#status", has_text=buyer.saved).wait_for()
    picture(shop, phone, f"{buyer.lang}_3_faces")
    phone.tap("#next")
    phone.wait_for_selector("[data-widget=feelings]:not([hidden])")
    rows = card(phone).locator(".feelings > li")
    for index in range(rows.count()):
        rows.nth(index).locator(".points label").nth((1, 3, 0, 2)[index % 4]).tap()
    phone.locator("#status", has_text=buyer.saved).wait_for()
    picture(shop, phone, f"{buyer.lang}_4_how_often")
    phone.tap("#next")
    phone.wait_for_timeout(600)
    lines = card(phone).locator("[name=M06]")
    for index, name in enumerate(buyer.stores):
        lines.nth(index).fill(name)
    picture(shop, phone, f"{buyer.lang}_5_top_of_mind")
    submitted = time.monotonic()
    phone.tap("#next")
    phone.wait_for_url("**/pulse/thanks/**")
    picture(shop, phone, f"{buyer.lang}_6_thanks")
    return submitted


def check_readings(shop, buyer):
    """They are there at once, as tapped."""
    rows = readings(
        shop,
        buyer,
        "m.code || '=' || r.value",
        "r.competitor_id IS NULL AND r.voided IS NOT TRUE AND r.na IS NOT TRUE",
    )
    assert "M04_visit=1" in rows and "M06=3" in rows
    assert [row for row in rows if row.startswith("M02_")] == ["M02_annoyed=2", "M02_letdown=2"]
    assert len([row for row in rows if row.startswith("M01_")]) == 10
    assert readings(shop, buyer, "c.name || '=' || r.value", "r.competitor_id IS NOT NULL") == [
        "เซ็นทรัล=1"
    ]
    assert buyer.stores[1] in shop.sql("SELECT name FROM relationship_mention")
    assert shop.sql(
        "SELECT i.state FROM relationship_invitation i JOIN res_partner p ON p.id = i.partner_id"
        f" WHERE p.email = '{buyer.email}'"
    ) == ["done"]


def test_from_the_purchase_to_the_case(shop, phones):
    phone = phones("th_TH")
    submitted = answer(shop, phone, THAI_BUYER)

    # Please call me.
    phone.locator("details summary").tap()
    phone.fill("[name=phone]", "081 234 5678")
    phone.select_option("[name=when]", "evening")
    phone.fill("[name=about]", "แก้วแตกตอนเปิดกล่อง")
    picture(shop, phone, "7_call_me")
    phone.wait_for_timeout(1000)
    phone.tap("button[value=callback]")
    phone.wait_for_selector(".note.good")
    picture(shop, phone, "8_will_call")
    assert not phone.errors

    check_readings(shop, THAI_BUYER)

    # The profile knows within the minute, without anybody waking it.
    rows, _seconds = shop.wait(
        "SELECT profile.id FROM relationship_profile profile"
        " JOIN res_partner p ON p.id = profile.commercial_partner_id"
        " WHERE p.email = 'malee@example.com' AND profile.purchase_days = 1"
        " AND profile.event_positive + profile.event_negative > 0",
        REFRESH,
    )
    known = time.monotonic() - submitted
    assert known < REFRESH

    # One case for the salesperson, with a deadline and an activity, and the number to call.
    rows, _seconds = shop.wait(
        "SELECT c.kind || '|' || u.login || '|' || (c.date_deadline > c.date_received)"
        " FROM relationship_case c JOIN res_users u ON u.id = c.user_id"
        " JOIN relationship_case_relationship_reading_rel rel ON rel.relationship_case_id = c.id"
        " GROUP BY c.id, u.login",
        REFRESH,
    )
    raised = time.monotonic() - submitted
    cases = shop.sql(
        "SELECT c.kind || '|' || u.login FROM relationship_case c"
        " JOIN res_users u ON u.id = c.user_id ORDER BY c.id"
    )
    activities = shop.sql(
        "SELECT DISTINCT u.login FROM mail_activity a JOIN res_users u ON u.id = a.user_id"
        " WHERE a.res_model = 'relationship.case' AND a.date_deadline IS NOT NULL"
    )
    sys.stdout.write(f"profile {known:.1f} s and case {raised:.1f} s after the last tap: {cases}\n")
    assert len(cases) == 1 and cases[0].endswith("|owner"), cases
    assert activities == ["owner"]

    # What the owner sees on the phone.
    (case,) = shop.sql("SELECT id FROM relationship_case")
    phone.errors.clear()
    phone.goto(f"{shop.url}/web/login")
    phone.wait_for_selector("form.oe_login_form:not(.d-none)")
    phone.fill("[name=login]", "owner")
    phone.fill("[name=password]", PASSWORD)
    phone.press("[name=password]", "Enter")
    phone.wait_for_selector(".o_main_navbar")
    phone.goto(f"{shop.url}/odoo/relationship-cases/{case}")
    phone.wait_for_selector(".o_form_view .o_field_widget")
    assert phone.locator("body", has_text="มาลี ศรีสุข").count()
    told = phone.locator("[name=description] textarea").input_value()
    assert "081 234 5678" in told and "แก้วแตกตอนเปิดกล่อง" in told
    phone.wait_for_timeout(800)
    picture(shop, phone, "9_case")


def test_in_english(shop, phones):
    """The mail's tap is a reading in English too, and no page has a word of Thai on it."""
    phone = phones("en_US")
    answer(shop, phone, ENGLISH_BUYER)
    text = phone.locator("main").inner_text().replace("บ้านกาแฟ", "")
    assert not THAI.search(text), text
    assert not phone.errors
    check_readings(shop, ENGLISH_BUYER)
