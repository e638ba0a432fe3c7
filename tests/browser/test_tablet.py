"""A tablet in the shop: visitors come one after the other, walk away, and lose the network.

Runs as ``test_pulse.py`` does; the clock of the page is moved on instead of waited for.
"""

import re

import pytest
from test_pulse import card, picture, saved, shop  # noqa: F401  shop is a fixture

pytest.importorskip("playwright.sync_api")

TABLET = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}


@pytest.fixture
def tablet(browser):
    context = browser.new_context(locale="en-US", **TABLET)
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.clock.install()
    yield page
    assert not page.errors
    context.close()


def kiosk(shop, *codes, **options):  # noqa: F811
    """(id, address) of the page of a tablet in a Thai shop."""
    point, url = shop.poster(*codes, **options)
    shop.client.call("relationship.feedback.point", "write", [point], {"is_kiosk": True})
    (company,) = shop.client.call("res.company", "search_read", [], ["partner_id"], limit=1)
    shop.client.call("res.partner", "write", company["partner_id"][0], {"lang": "th_TH"})
    return point, url.partition("?")[0]


def until(shop, page, point, expected):  # noqa: F811
    for _turn in range(60):
        if shop.visits(point) == expected:
            break
        page.wait_for_timeout(200)
    assert shop.visits(point) == expected


def face(page, place):
    card(page).locator(".points label").nth(place).tap()


def quick(page):
    """The card goes on by itself after a tap."""
    page.wait_for_selector("#card1:not([hidden])")


def thanked(page):
    page.locator("#again").wait_for()


def waiting(page):
    return page.evaluate("Object.keys(localStorage).length")


def emptied(page):
    for _turn in range(60):
        if not waiting(page):
            break
        page.wait_for_timeout(200)
    assert not waiting(page)


def is_fresh(page):
    """Nothing of the last visitor: the first card, nothing chosen, in Thai."""
    page.wait_for_selector("#card0:not([hidden])")
    assert page.locator("#pulse :checked").count() == 0
    assert page.locator("textarea").evaluate_all("all => all.map(each => each.value)") == [""]
    assert page.locator("html").get_attribute("lang") == "th-TH"
    assert not page.locator("dialog[open]").count()
    assert page.locator("#status").inner_text() == ""


def test_who_walks_away_is_asked_and_the_next_one_starts_anew(shop, tablet):  # noqa: F811
    point, url = kiosk(shop, "M04", "M03_why")
    tablet.goto(url)
    picture(tablet, "tablet_th")
    tablet.clock.fast_forward(120_000)  # nobody is there, so nobody is asked
    is_fresh(tablet)
    tablet.locator(".langs a").tap()
    tablet.wait_for_selector("html[lang=en-US]")
    picture(tablet, "tablet_en")
    face(tablet, 0)
    saved(tablet)
    quick(tablet)
    tablet.fill("[name=M03_why]", "Cold tea")
    tablet.clock.run_for(29_000)
    assert not tablet.locator("dialog[open]").count()
    tablet.clock.run_for(2_000)
    dialog = tablet.locator("dialog[open]")
    dialog.wait_for()
    assert "Are you still there?" in dialog.inner_text()
    assert dialog.locator(".count").inner_text() in ("9", "10")
    picture(tablet, "tablet_quiet_en")
    tablet.clock.run_for(4_000)
    assert dialog.locator(".count").inner_text() in ("5", "6")
    dialog.locator("#stay").tap()
    assert tablet.input_value("[name=M03_why]") == "Cold tea"
    tablet.clock.run_for(31_000)
    dialog.wait_for()
    tablet.clock.run_for(11_000)
    is_fresh(tablet)
    face(tablet, 4)
    saved(tablet)
    quick(tablet)
    tablet.clock.run_for(31_000)
    tablet.locator("dialog[open]").wait_for()
    picture(tablet, "tablet_quiet_th")
    tablet.locator("#anew").tap()
    is_fresh(tablet)
    until(
        shop,
        tablet,
        point,
        [("started", {"M04": 1, "M03_why": "Cold tea"}), ("started", {"M04": 5})],
    )


def test_three_visitors_are_three_rows_and_no_way_leads_back(shop, tablet):  # noqa: F811
    point, url = kiosk(shop, "M04", "M03_why")
    tablet.goto("about:blank")
    tablet.goto(url)
    for place in (0, 2, 4):
        is_fresh(tablet)
        face(tablet, place)
        quick(tablet)
        tablet.tap("#next")
        thanked(tablet)
        picture(tablet, "tablet_thanks")
        tablet.clock.run_for(13_000)
    is_fresh(tablet)
    assert shop.visits(point) == [("done", {"M04": value}) for value in (1, 3, 5)]
    assert tablet.evaluate("history.length") <= 2 + 1
    tablet.go_back()
    assert tablet.url == "about:blank"
    tablet.go_forward()
    is_fresh(tablet)


def test_no_network_at_the_last_tap(shop, tablet):  # noqa: F811
    point, url = kiosk(shop, "M04", "M03_why")
    tablet.goto(url)
    face(tablet, 0)
    saved(tablet)
    quick(tablet)
    tablet.context.set_offline(True)
    tablet.tap("#next")
    thanked(tablet)
    tablet.wait_for_timeout(900)
    picture(tablet, "tablet_thanks_offline")
    tablet.locator("#again").tap()
    is_fresh(tablet)
    face(tablet, 4)
    quick(tablet)
    tablet.fill("[name=M03_why]", "อร่อย")
    tablet.tap("#next")
    thanked(tablet)
    tablet.clock.run_for(13_000)
    is_fresh(tablet)
    face(tablet, 2)  # and one who walks away
    quick(tablet)
    tablet.clock.run_for(42_000)
    is_fresh(tablet)
    assert shop.visits(point) == [("started", {"M04": 1})]
    assert waiting(tablet) == 3
    sent = []
    tablet.on(
        "request",
        lambda request: request.method == "POST" and sent.append((request.url, request.post_data)),
    )
    tablet.context.set_offline(False)
    tablet.clock.run_for(31_000)
    expected = [
        ("done", {"M04": 1}),
        ("done", {"M04": 5, "M03_why": "อร่อย"}),
        ("started", {"M04": 3}),
    ]
    emptied(tablet)
    assert shop.visits(point) == expected
    for address, body in sent:  # what comes twice is stored once
        tablet.context.request.post(
            address,
            data=body,
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
        )
    assert shop.visits(point) == expected


def test_what_is_missing_is_asked_of_the_same_visitor(shop, tablet):  # noqa: F811
    point, url = kiosk(shop, "M04", "M03_why", required=("M04",))
    tablet.goto(url)
    tablet.tap("#next")
    tablet.tap("#next")
    tablet.locator("#status", has_text=re.compile("ยังไม่|Nothing is answered")).wait_for()
    tablet.fill("[name=M03_why]", "อร่อย")
    tablet.tap("#next")
    tablet.locator(".note.bad").wait_for()
    face(tablet, 4)
    quick(tablet)
    tablet.tap("#next")
    thanked(tablet)
    assert shop.visits(point) == [("done", {"M04": 5, "M03_why": "อร่อย"})]


def test_a_signature_too_old_is_made_anew(shop, tablet):  # noqa: F811
    point, url = kiosk(shop, "M04", "M03_why")
    tablet.goto(url)
    tablet.context.set_offline(True)
    tablet.evaluate("document.querySelector('[name=n]').value = 'A'.repeat(43)")
    face(tablet, 1)
    quick(tablet)
    tablet.tap("#next")
    thanked(tablet)
    tablet.context.set_offline(False)
    tablet.clock.run_for(31_000)
    emptied(tablet)
    assert shop.visits(point) == [("done", {"M04": 2})]
