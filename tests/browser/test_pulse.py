"""A customer answers on a phone in Thai: by taps, by keyboard alone, and without JavaScript.

Runs in a real Chromium against a real server: the one of the suite (fixture ``server``), or the
one at ``RI_BASE_URL``, as the administrator. Chromium is ``RI_CHROMIUM`` or the first on PATH.
"""

import os
import re
import uuid
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WEIGHT = 60_000
PICTURES = os.environ.get("RI_SCREENSHOTS")
VISITS = """
visits = env["relationship.invitation"].sudo().search([
    ("shop_model", "=", "relationship.feedback.point"), ("shop_id", "=", {point})], order="id")
action = {{"type": "visits", "visits": [(visit.state, {{
    r.measure_id.code: "na" if r.na else r.text or r.value
    for r in visit.reading_ids if not r.voided}}) for visit in visits]}}
"""


@pytest.fixture(scope="module")
def shop(request):
    """The server, with a campaign, as the administrator sees it."""
    from conftest import Client

    address = os.environ.get("RI_BASE_URL")
    if address:
        return Shop(Client(address.rstrip("/"), os.environ["RI_DB"]))
    server = request.getfixturevalue("server")
    return Shop(Client(server.url, server.database))


class Shop:
    """Makes posters of a campaign and reads what is stored."""

    def __init__(self, client):
        self.client = client
        thai = client.call(
            "res.lang",
            "search_read",
            [["code", "=", "th_TH"]],
            ["active"],
            context={"active_test": False},
        )
        if not thai[0]["active"]:
            wizard = client.call(
                "base.language.install", "create", {"lang_ids": [[6, 0, [thai[0]["id"]]]]}
            )
            client.call("base.language.install", "lang_install", [wizard])
        if not client.call("ir.mail_server", "search_count", []):
            # A campaign doesn't start without one; nothing is sent here.
            client.call("ir.mail_server", "create", {"name": "Nowhere", "smtp_host": "127.0.0.1"})
        companies = client.call("res.company", "search", [["email", "=", False]])
        client.call("res.company", "write", companies, {"email": "shop@example.com"})

    def poster(self, *codes, required=()):
        """(id, path) of a page that asks these measures."""
        code = uuid.uuid4().hex[:8]
        call = self.client.call
        instrument = call(
            "relationship.instrument",
            "create",
            {"name": code, "code": code, "is_deep": len(codes) > 3 or "M01" in codes},
        )
        items = []
        for index, name in enumerate(codes):
            (measure,) = call("relationship.measure", "search", [["code", "=", name]])
            items.append(
                [0, 0, {"measure_id": measure, "sequence": index, "required": name in required}]
            )
        version = call(
            "relationship.instrument.version",
            "create",
            {"instrument_id": instrument, "item_ids": items},
        )
        call("relationship.instrument.version", "action_go_live", [version])
        campaign = call(
            "relationship.campaign", "create", {"name": code, "instrument_id": instrument}
        )
        call("relationship.campaign", "action_start", [campaign])
        point = call(
            "relationship.feedback.point", "create", {"name": code, "campaign_id": campaign}
        )
        (read,) = call("relationship.feedback.point", "read", [point], ["url"])
        return point, re.sub(r"^https?://[^/]+", self.client.url, read["url"]) + "?lang=th_TH"

    def visits(self, point):
        """[(state, {code: value})] of each visit there, oldest first.

        Nobody reads answers without a name one by one, so the server is asked as itself.
        """
        action = self.client.call(
            "ir.actions.server",
            "create",
            {
                "name": "Visits",
                "state": "code",
                "code": VISITS.format(point=point),
                "model_id": self.client.call("ir.model", "search", [["model", "=", "res.users"]])[
                    0
                ],
            },
        )
        found = self.client.call("ir.actions.server", "run", [action])["visits"]
        return [tuple(row) for row in found]

    def answers(self, point):
        """{code: value} of what was answered there."""
        return {
            code: value for _state, given in self.visits(point) for code, value in given.items()
        }

    def states(self, point):
        return [
            row["state"]
            for row in self.client.call(
                "relationship.invitation",
                "search_read",
                [
                    ["shop_model", "=", "relationship.feedback.point"],
                    ["shop_id", "=", point],
                ],
                ["state"],
            )
        ]


@pytest.fixture
def phone(browser):
    """A page of a phone, with what it loaded and what went wrong."""
    context = browser.new_context(locale="th-TH", **PHONE)
    page = context.new_page()
    page.loaded, page.errors = [], []
    page.on("request", lambda request: page.loaded.append(request.url))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on(
        "console",
        lambda message: (
            message.type == "error"
            and page.errors.append(f"{message.text} {message.location['url']}")
        ),
    )
    yield page
    assert not page.errors
    context.close()


def picture(page, name):
    if PICTURES:
        page.screenshot(path=Path(PICTURES, f"pulse_{name}.png"), full_page=True)


def card(page):
    return page.locator(".card:not([hidden])")


def saved(page):
    page.locator("#status", has_text=re.compile("บันทึกแล้ว|Saved")).wait_for()


def test_taps_on_a_phone_in_thai(shop, phone):
    point, url = shop.poster("M04", "M01", "M16")
    phone.goto(url)
    assert phone.locator("html").get_attribute("lang") == "th-TH"
    assert all(address.startswith((shop.client.url, "data:")) for address in phone.loaded)
    assert len([a for a in phone.loaded if not a.startswith("data:")]) == 3
    assert not shop.states(point)
    picture(phone, "faces")
    card(phone).locator(".points label").nth(4).tap()
    phone.wait_for_selector("[data-widget=feelings]:not([hidden])")
    rows = card(phone).locator(".feelings > li")
    for index in range(rows.count()):
        rows.nth(index).locator(".points label").nth(index % 5).tap()
    saved(phone)
    picture(phone, "feelings")
    phone.tap("#next")
    for index in (0, 0, 0, 2, 2, 4, 4, 4, 4, 7):
        card(phone).locator(".add").nth(index).tap()
    assert card(phone).locator(".purse .coin:not(.spent)").count() == 0
    picture(phone, "tokens")
    phone.tap("#next")
    phone.wait_for_url("**/pulse/thanks/**")
    picture(phone, "thanks")
    answers = shop.answers(point)
    assert answers.pop("M04") == 5
    tokens = [value for code, value in answers.items() if code.startswith("M16_")]
    feelings = [value for code, value in answers.items() if code.startswith("M01_")]
    assert (sum(tokens), len(tokens), sorted(feelings)) == (10, 12, sorted([1, 2, 3, 4, 5] * 2))
    assert shop.states(point) == ["done"]
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


@pytest.mark.parametrize("lang", ["th_TH", "en_US"])
def test_faces_of_what_was_felt(shop, phone, lang):
    """Tap, take back, nothing at all: what is stored is what is marked."""
    point, url = shop.poster("M02", "M04_visit", "M18")
    posts = []
    phone.on(
        "request", lambda request: request.method == "POST" and posts.append(request.post_data)
    )
    phone.goto(url.replace("th_TH", lang))
    tile = ".tile:has([name=M02_{}])".format
    picture(phone, f"felt_{lang}")
    card(phone).locator(tile("annoyed")).tap()
    saved(phone)
    assert len(posts) == 1  # opening and answering is one request
    card(phone).locator(tile("valued")).tap()
    card(phone).locator(tile("annoyed")).tap()
    saved(phone)
    picture(phone, f"felt_chosen_{lang}")
    for _turn in range(50):
        if shop.answers(point) == {"M02_valued": 2, "M02_annoyed": "na"}:
            break
        phone.wait_for_timeout(100)
    assert shop.answers(point) == {"M02_valued": 2, "M02_annoyed": "na"}
    card(phone).locator(".nothing").tap()
    assert card(phone).locator(".tile :checked").count() == 0
    saved(phone)
    phone.tap("#next")
    card(phone).locator(".points label").nth(3).tap()
    phone.wait_for_selector("[data-widget=friend]:not([hidden])")
    picture(phone, f"felt_friend_{lang}")
    card(phone).locator(".yesno label").nth(1).tap()
    saved(phone)
    phone.tap("#next")
    phone.wait_for_url("**/pulse/thanks/**")
    picture(phone, f"felt_thanks_{lang}")
    answers = shop.answers(point)
    assert (answers.pop("M04_visit"), answers.pop("M18")) == (4, 0)
    assert len(answers) == 10 and set(answers.values()) == {"na"}
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(
    "status, body, words",
    [
        (404, '{"closed": true}', "ลิงก์นี้ปิดแล้ว|link is closed"),
        (400, '{"bad": true}', "บันทึกคำตอบนี้ไม่ได้|couldn't save this answer"),
        (409, '{"again": true}', "โหลดหน้านี้ใหม่|load this page again"),
        (503, "", "ยังบันทึกไม่ได้|Not saved yet"),
        (200, '{"saved": [], "refused": ["M03_why"]}', "บันทึกคำตอบนี้ไม่ได้|couldn't save this"),
    ],
)
def test_what_was_not_saved_is_not_called_saved(shop, phone, status, body, words):
    _point, url = shop.poster("M03_why", "M04")
    posts = []
    phone.route(
        "**/pulse/shop/**",
        lambda route, request: (
            (posts.append(request.post_data), route.fulfill(status=status, body=body))
            if request.method == "POST"
            else route.continue_()
        ),
    )
    phone.goto(url)
    phone.fill("[name=M03_why]", "ชาเย็นชืด")
    phone.locator("h1").tap()
    phone.tap("#next")
    phone.locator("#status.bad", has_text=re.compile(words)).wait_for()
    picture(phone, f"not_saved_{status}")
    assert not phone.locator("#status", has_text=re.compile("บันทึกแล้ว|Saved$")).count()
    phone.tap("#back")
    assert phone.input_value("[name=M03_why]") == "ชาเย็นชืด"
    sent = len(posts)
    phone.wait_for_timeout(6000)
    # Nothing is sent again by itself, and to a closed link nothing at all.
    assert len(posts) == sent and (status != 404 or sent == 1)
    phone.errors.clear()  # the browser reports each status itself


def test_a_page_left_open_for_days_saves_with_a_new_signature(shop, phone):
    point, url = shop.poster("M04", "M18")
    phone.goto(url)
    phone.evaluate("document.querySelector('[name=n]').value = 'A'.repeat(43)")
    card(phone).locator(".points label").nth(2).tap()
    saved(phone)
    assert shop.answers(point) == {"M04": 3}
    phone.errors.clear()


def test_what_was_kept_is_shown_and_sent(shop, phone):
    point, url = shop.poster("M03_why", "M04")
    phone.goto(url)
    phone.locator("h1").tap()

    def cut(route):
        route.abort() if route.request.method == "POST" else route.continue_()

    phone.context.route("**/*", cut)
    phone.fill("[name=M03_why]", "ชาเย็นชืด")
    phone.tap("#next")
    phone.locator("#status", has_text=re.compile("ไม่มีเครือข่าย|No network|เครือข่าย")).wait_for()
    phone.reload()  # nothing can be sent yet: what is shown is what the phone kept
    assert phone.input_value("[name=M03_why]") == "ชาเย็นชืด"
    phone.context.unroute("**/*", cut)
    phone.locator("h1").tap()
    saved(phone)
    assert shop.answers(point) == {"M03_why": "ชาเย็นชืด"}
    phone.errors.clear()


def test_keyboard_alone(shop, phone):
    point, url = shop.poster("M04", "M03", "M03_why")
    phone.goto(url)
    press = phone.keyboard.press

    def tab_to(selector):
        for _turn in range(30):
            press("Tab")
            if phone.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"the keyboard doesn't reach {selector}")

    tab_to("[name=M04]")
    press("ArrowRight")
    press("ArrowRight")
    saved(phone)
    outline = phone.evaluate(
        "getComputedStyle(document.activeElement.closest('label')).outlineStyle"
    )
    assert outline == "solid"
    press("Enter")
    assert phone.evaluate("document.activeElement.closest('.card').id") == "card1"
    tab_to("[name=M03]")
    press("ArrowRight")
    saved(phone)
    tab_to("#next")
    press("Enter")
    tab_to("[name=M03_why]")
    phone.keyboard.type("บริการดี")
    tab_to("#next")
    press("Enter")
    phone.wait_for_url("**/pulse/thanks/**")
    answers = shop.answers(point)
    assert answers["M03_why"] == "บริการดี"
    assert set(answers) == {"M04", "M03", "M03_why"}


def test_network_comes_back(shop, phone):
    point, url = shop.poster("M04", "M03")
    phone.goto(url)
    phone.locator("h1").tap()
    phone.context.set_offline(True)
    phone.context.set_offline(False)  # comes back while nothing waits
    phone.context.set_offline(True)
    card(phone).locator(".points label").nth(1).tap()
    phone.wait_for_timeout(800)
    assert not shop.answers(point)
    phone.context.set_offline(False)
    for _turn in range(100):
        if shop.answers(point) == {"M04": 2}:
            break
        phone.wait_for_timeout(200)
    assert shop.answers(point) == {"M04": 2}
    phone.errors.clear()  # the browser reports the cut itself


def test_without_javascript(shop, browser):
    point, url = shop.poster("M04", "M03_why")
    context = browser.new_context(java_script_enabled=False, **PHONE)
    page = context.new_page()
    page.goto(url)
    assert page.locator(".card:visible").count() == 2
    page.locator("[name=M04]").nth(2).check(force=True)
    page.locator("[name=M03_why]").fill("ดี")
    page.wait_for_timeout(1200)
    picture(page, "plain")
    page.locator("button[name=step]").click()
    page.wait_for_url("**/pulse/thanks/**")
    assert shop.answers(point) == {"M04": 3, "M03_why": "ดี"}
    context.close()
