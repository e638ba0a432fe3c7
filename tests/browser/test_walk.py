"""The main job from end to end in a real browser, in Thai: what people click, and what they read.

A conversation, a survey, and the class of a customer that changes before one's eyes; at a desk, on
a phone, and at a till whose network is cut half-way. Pictures: the folder `walk` of the logs.
"""

import datetime
import html
import re

import pytest
from conftest import Client

sync_api = pytest.importorskip("playwright.sync_api")

from walkers import DESKTOP, PHONE, Customer, Person  # noqa: E402

UNKNOWN, TRUE = "ยังไม่ทราบ", "ซื้อบ่อย ผูกพันกับร้าน"
SPURIOUS = "ซื้อบ่อย แต่ยังไม่ผูกพัน"
NOBODY_ASKED = "ยังไม่มีใครถาม"
LOG, SAVE = "บันทึกการพูดคุย", "บันทึก"
CONTENT = {
    "ดีใจ": "บ่อย",
    "อบอุ่นใจ": "บ่อยมากหรือทุกครั้ง",
    "สบายใจ": "บ่อย",
    "หงุดหงิด": "แทบไม่เคย",
    "ถูกมองข้าม": "แทบไม่เคย",
    "พนักงานและบริการ": "เหตุผลหลัก",
    "ไว้ใจและภูมิใจ": "เหตุผลที่สอง",
}
TRAPPED = {
    "ดีใจ": "แทบไม่เคย",
    "อบอุ่นใจ": "แทบไม่เคย",
    "สบายใจ": "แทบไม่เคย",
    "หงุดหงิด": "บ่อยมากหรือทุกครั้ง",
    "ถูกมองข้าม": "บ่อย",
    "อยู่ใกล้": "เหตุผลหลัก",
    "ความเคยชิน": "เหตุผลที่สอง",
}
REGULARS = {"คุณมาลี": "rep", "คุณนิด": "rep", "คุณสมชาย": "rep"}
MOST_CLICKS = 10
PATIENCE = 240  # seconds for a cron that comes every minute, on a busy machine


class Shop:
    """A small shop whose customers buy and were never asked, and its people."""

    def __init__(self, url, database):
        self.admin = Client(url, database)
        self.url = url
        self.admin.speak_thai()
        self.users = {
            name: self._user(name, group)
            for name, group in (
                ("rep", "staff"),
                ("relations", "relations"),
                ("manager", "manager"),
            )
        }
        self.customers = {
            name: self._customer(name, self.users[owner]) for name, owner in REGULARS.items()
        }
        others = [self._customer(f"ลูกค้า {number}", False) for number in range(1, 13)]
        buying = dict.fromkeys(self.customers.values(), 40)
        self._sell(buying | {customer: 2 + n for n, customer in enumerate(others)})
        self._ask(others)
        self.refresh()

    def call(self, *arguments, **keywords):
        return self.admin.call(*arguments, **keywords)

    def ref(self, name):
        """Id of a record of the addon."""
        return self.admin.ref("relationship_insight", name)

    def _user(self, name, group):
        groups = [
            self.ref(f"group_relationship_{group}"),
            self.admin.ref("base", "group_user"),
            self.admin.ref("base", "group_partner_manager"),
            self.admin.ref("sales_team", "group_sale_salesman_all_leads"),
            self.admin.ref("point_of_sale", "group_pos_user"),
        ]
        (user,) = self.call(
            "res.users",
            "create",
            [
                {
                    "name": name,
                    "login": name,
                    "password": name,
                    "lang": "th_TH",
                    "tz": "Asia/Bangkok",
                    "email": f"{name}@example.com",
                    "group_ids": [(6, 0, groups)],
                    "odoobot_state": "disabled",
                }
            ],
        )  # its chat covers a whole phone
        return user

    def _customer(self, name, owner):
        (customer,) = self.call(
            "res.partner",
            "create",
            [
                {
                    "name": name,
                    "lang": "th_TH",
                    "user_id": owner,
                    "email": f"customer{len(name)}{abs(hash(name)) % 10**6}@example.com",
                }
            ],
        )
        return customer

    def _sell(self, orders):
        """Confirmed orders, so many of each customer, evenly over the last year."""
        (product,) = self.call(
            "product.product",
            "create",
            [{"name": "กาแฟคั่ว", "list_price": 180, "taxes_id": False, "available_in_pos": True}],
        )
        now = datetime.datetime.now(datetime.UTC)
        for customer, count in orders.items():
            line = {"order_line": [(0, 0, {"product_id": product})], "partner_id": customer}
            ids = self.call("sale.order", "create", [line] * count)
            self.call("sale.order", "action_confirm", ids)
            for number, order in enumerate(ids):
                day = now - datetime.timedelta(days=10 + number * 350 // count)
                self.call("sale.order", "write", [order], {"date_order": f"{day:%F %T}"})

    def _ask(self, customers):
        """What the others said about the shop, from very bad to very good."""
        self.call(
            "relationship.reading",
            "create",
            [
                {
                    "partner_id": customer,
                    "measure_id": self.ref("measure_m13"),
                    "origin": "import",
                    "value": 10 * number // len(customers),
                }
                for number, customer in enumerate(customers)
            ],
        )

    def till(self):
        """Id of a point of sale whose takings can be booked."""
        (company,) = self.call("res.company", "search", [], order="id", limit=1)
        self.call("account.chart.template", "try_loading", [], "generic_coa", company)
        (till,) = self.call("pos.config", "create", [{"name": "หน้าร้าน"}])
        return till

    def refresh(self):
        """What the night does."""
        self.call("ir.cron", "method_direct_trigger", [self.ref("ir_cron_relationship_refresh")])

    def letter(self, name):
        """The link of the survey in the mail to a customer."""
        mails = self.call(
            "mail.mail",
            "search_read",
            [("recipient_ids", "in", [self.customers[name]])],
            ["body_html"],
            order="id desc",
            limit=1,
        )
        return html.unescape(
            re.search(r'href="([^"]*/survey/start/[^"]+)"', mails[0]["body_html"])[1]
        )


@pytest.fixture(scope="module")
def shop(clone, start_server):
    """The shop on a server whose crons run."""
    server = start_server(clone, "--max-cron-threads=1")
    return Shop(server.url, server.database)


@pytest.fixture
def enter(browser, shop, pictures):
    """Function that brings a person to a browser of a size."""
    people = []

    def come(name, size=DESKTOP, kind=Person):
        person = kind(browser, shop.url, pictures, name, size)
        people.append(person)
        return person

    yield come
    for person in people:
        person.leave()


def log_conversation(rep, channel, purpose, feelings, said, promise):
    """Log a conversation from the open contact; return the clicks it took."""
    begin = rep.clicks
    if rep.phone:  # the buttons of the form are folded away; the card has one of its own
        rep.click(".o_relationship_card button", LOG)
    else:
        rep.click("button:has(.o_relationship_log)")
    rep.sees(LOG, ".modal")
    rep.click(".modal .o_selection_badge", channel)
    rep.click(".modal .o_selection_badge", purpose)
    for feeling in feelings:
        rep.click(".modal button.o_feeling", feeling)
    rep.write(".modal [name=summary] textarea", said)
    rep.write(".modal [name=promise] input", promise)
    rep.picture("conversation")
    rep.click(".modal footer button.btn-primary", SAVE)
    rep.page.wait_for_selector(".modal", state="detached")
    return rep.clicks - begin


def open_relationship(rep, customer):
    """Open a customer and the tab of the relationship."""
    rep.go(f"/odoo/contacts/{customer}")
    rep.click(".o_notebook a[name=relationship]")
    rep.page.wait_for_selector(".o_relationship_card_head")


def send_survey(shop, manager, name):
    """Send the quarterly check to a customer, from its form, as anybody would."""
    begin = manager.clicks
    manager.go(f"/odoo/relationship-surveys/{shop.ref('relationship_survey_check')}")
    manager.click("button[name=action_send_survey]")
    manager.write(".modal [name=partner_ids] input", name)
    manager.click(".modal .o-autocomplete--dropdown-item", name)
    manager.page.wait_for_selector(f".modal [name=partner_ids] .o_tag:has-text('{name}')")
    manager.picture("invitation")
    manager.click(".modal footer button[name=action_invite]")
    manager.page.wait_for_selector(".modal", state="detached")
    return manager.clicks - begin


@pytest.mark.parametrize(("size", "name"), [(DESKTOP, "คุณมาลี"), (PHONE, "คุณนิด")])
def test_conversation_survey_and_change_of_class(shop, enter, pictures, size, name):
    rep = enter("rep", size).log_in()
    open_relationship(rep, shop.customers[name])
    rep.sees(UNKNOWN, ".o_relationship_card_head")
    rep.sees(NOBODY_ASKED, ".o_relationship_card_head")
    rep.picture("before")
    clicks = log_conversation(
        rep,
        "ที่ร้าน",
        "รับฟัง",
        ["ดีใจ", "อบอุ่นใจ"],
        "ลูกสาวเพิ่งเข้าโรงเรียน ชอบที่น้องจำชื่อได้",
        "โทรแจ้งเมื่อกาแฟล็อตใหม่มา",
    )
    assert clicks <= MOST_CLICKS, f"{clicks} clicks to log a conversation"
    rep.sees("ลูกสาวเพิ่งเข้าโรงเรียน", ".o_relationship_evidence")
    rep.sees(UNKNOWN, ".o_relationship_card_head")  # what staff noticed is no answer
    rep.picture("logged")
    assert (
        shop.call(
            "mail.activity",
            "search_count",
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "=", shop.customers[name]),
                ("summary", "ilike", "โทรแจ้งเมื่อกาแฟล็อตใหม่มา"),
            ],
        )
        == 1
    )

    sent = send_survey(shop, enter("manager").log_in(), name)
    customer = enter(f"customer-{size[0]}", size, Customer)
    customer.answer(shop.letter(name), CONTENT, [10, 10])
    customer.picture("thanks")
    (pictures / f"clicks-{size[0]}.txt").write_text(
        f"{clicks} clicks to log, {sent} to send, {customer.clicks} to answer\n"
    )

    # Nobody touches the page of the sales rep: the card follows the refresh by itself.
    rep.sees(TRUE, ".o_relationship_card_head .badge", seconds=PATIENCE)
    rep.sees(UNKNOWN, ".o_relationship_change")
    rep.sees(TRUE, ".o_relationship_change")
    rep.sees("พนักงานและบริการ", ".o_relationship_card_head")
    rep.sees("คุยล่าสุดเมื่อ", ".o_relationship_person")
    if not rep.phone:  # there the buttons of the form are folded away
        rep.sees(TRUE, ".o_form_view .oe_stat_button[name=action_open_relationship_profile]")
    rep.picture("after")
    rep.click(".o_relationship_change")
    rep.sees("คุณ", ".o_form_view .oe_title")
    rep.page.wait_for_selector("[name=evidence_ids] .o_data_row")
    rep.picture("why")


def test_till_with_the_network_cut(shop, enter):
    name = "คุณสมชาย"
    watcher = enter("rep").log_in()
    open_relationship(watcher, shop.customers[name])
    watcher.sees(UNKNOWN, ".o_relationship_card_head")

    till = enter("rep").log_in()
    till.shots = 20
    till.go(f"/pos/ui/{shop.till()}")
    till.page.wait_for_selector(".pos .pos-topheader, .screen-login", timeout=120_000)
    for button in (".open-register-btn", ".modal-footer .btn-primary"):
        if till.finds(button):
            till.click(button)
    till.click("article.product", "กาแฟคั่ว")
    till.click(".product-screen .set-partner")
    till.click(".partner-list b", name)
    till.page.wait_for_selector(".ri-feelings-button:enabled")
    begin = till.clicks
    till.click(".ri-feelings-button")
    till.context.set_offline(True)
    till.click(".ri-feeling", "หงุดหงิด")
    assert till.clicks - begin == 2, "two taps for a feeling"
    till.write(".ri-line", "รอนาน ที่จอดรถเต็ม")
    till.picture("till-offline")
    till.click(".ri-feelings-popup .modal-footer .btn-primary")
    till.click(".pay-order-button")
    till.click(".paymentmethod")
    till.click(".validation-button, .button.next.validation")
    till.page.wait_for_selector(".receipt-screen")
    till.picture("till-paid")
    notes = [("partner_id", "=", shop.customers[name])]
    assert not shop.call("relationship.note", "search_count", notes)

    till.context.set_offline(False)
    watcher.sees("รอนาน ที่จอดรถเต็ม", ".o_relationship_evidence", seconds=120)
    watcher.picture("till-noted")
    (note,) = shop.call("relationship.note", "search_read", notes, ["reading_ids", "summary"])
    assert len(note["reading_ids"]) == 1

    send_survey(shop, enter("manager").log_in(), name)
    customer = enter("customer-till", PHONE, Customer)
    customer.answer(shop.letter(name), TRAPPED, [2, 1])
    watcher.sees(SPURIOUS, ".o_relationship_card_head .badge", seconds=PATIENCE)
    watcher.sees(SPURIOUS, ".o_relationship_change")
    watcher.picture("till-after")


def test_manager_sees_them_in_the_matrix(shop, enter):
    manager = enter("manager").log_in()
    manager.shots = 10
    manager.go("/odoo/relationship-insights")
    manager.page.wait_for_selector(".o_insight [data-card=matrix] canvas")
    manager.sees(TRUE, "[data-card=matrix]")
    manager.picture("matrix")
    manager.click("[data-card=matrix] [data-class=true]")
    manager.sees("คุณมาลี", ".o_content")
    manager.sees_not("คุณสมชาย", ".o_content")
    manager.picture("loyal")
