"""The till keeps what a cashier noted through a cut network, a reload and a replay.

Runs in a real Chromium against a real server: the one of the suite (fixture ``server``), or the
one at ``RI_BASE_URL``, as the administrator. Chromium is ``RI_CHROMIUM`` or the first on PATH.
"""

import os
import uuid

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

from walkers import call_as, log_in  # noqa: E402

STORED = "relationship_note/"


@pytest.fixture(scope="module")
def base_url(request):
    """Address of the server under test."""
    address = os.environ.get("RI_BASE_URL") or request.getfixturevalue("server").url
    return address.rstrip("/")


class Till:
    """A cashier's browser at an open register, and what the server has stored."""

    def __init__(self, browser, server):
        self.server = server
        self.context = browser.new_context(viewport={"width": 1366, "height": 900})
        self.page = self.context.new_page()
        log_in(self.page, server, "admin", timeout=90_000)
        self.config_id = self._shop()
        self.product = f"Item {uuid.uuid4().hex[:8]}"
        self.call(
            "product.product",
            "create",
            [
                {
                    "name": self.product,
                    "available_in_pos": True,
                    "list_price": 5.0,
                    "taxes_id": False,
                }
            ],
        )

    def _shop(self):
        """Id of a point of sale, made with a chart of accounts where there is none."""
        shops = self.call("pos.config", "search", [[]], limit=1)
        if shops:
            return shops[0]
        (company,) = self.call("res.company", "search", [[]], limit=1, order="id")
        self.call("account.chart.template", "try_loading", [[], "generic_coa", company])
        return self.call("pos.config", "create", [{"name": "Shop"}])

    def call(self, model, method, args, **kwargs):
        """Call a method of the server as the logged-in user."""
        return call_as(self.context, self.server, model, method, args, **kwargs)

    def open(self):
        """Come to the register, and begin an order of a new customer with one product."""
        self.customer = f"Customer {uuid.uuid4().hex[:8]}"
        self.customer_id = self.call("res.partner", "create", [{"name": self.customer}])
        self.page.goto(f"{self.server}/pos/ui/{self.config_id}")
        self.page.wait_for_selector(".pos .pos-topheader, .screen-login", timeout=120_000)
        for button in (".open-register-btn", ".modal-footer .btn-primary:has-text('Open')"):
            if self._appears(button):
                self.page.click(button)
        self.page.wait_for_selector("article.product", timeout=30_000)
        self.page.evaluate(
            """async id => {
                posmodel.addNewOrder();
                await posmodel.data.read("res.partner", [id]);
                posmodel.setPartnerToCurrentOrder(posmodel.models["res.partner"].get(id));
            }""",
            self.customer_id,
        )
        try:
            self.page.click(f"article.product:has-text('{self.product}')")
        except sync_api.TimeoutError:
            # Nothing of ours may stand in the way; whatever does is named.
            raise AssertionError(self.page.inner_text(".modal", timeout=1_000)) from None
        self.page.wait_for_selector(".ri-feelings-button:enabled")

    def _appears(self, selector):
        try:
            self.page.wait_for_selector(selector, timeout=4_000)
        except sync_api.TimeoutError:
            return False
        return True

    def reload(self):
        self.page.reload()
        self.page.wait_for_selector(".pos .pos-topheader", timeout=120_000)

    def note(self, face, line=""):
        self.page.click(".ri-feelings-button")
        self.page.click(f".ri-feeling:nth-child({face})")
        if line:
            self.page.fill(".ri-line", line)

    def detail(self, purpose, kind, promise):
        """Tap what it was about and what to remember the line as; promise something."""
        self.page.click(f".ri-kinds .ri-chip[data-value={kind}]")
        self.page.click(f".ri-purposes .ri-chip[data-value={purpose}]")
        self.page.click(".ri-promise-open")
        self.page.fill(".ri-promise-words", promise)

    def strip(self):
        """The lines about the picked customer, as they read."""
        return self.page.eval_on_selector_all(
            ".leftpane .ri-strip-line", "lines => lines.map(line => line.innerText.trim())"
        )

    def done(self):
        self.page.click(".ri-feelings-popup .modal-footer .btn-primary")
        self.page.wait_for_selector(".ri-feelings-popup", state="detached")

    def kept(self):
        """Names of the notes this browser keeps."""
        return self.page.evaluate(
            "name => Object.keys(localStorage).filter(key => key.startsWith(name))", STORED
        )

    def wait_for(self, check, what):
        for _turn in range(150):
            if check():
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(what)

    def stored(self):
        """Notes of this customer on the server."""
        return self.call(
            "relationship.note",
            "search_read",
            [
                [("partner_id", "=", self.customer_id)],
                ["summary", "feeling_ids", "reading_ids", "source_key", "purpose", "promise"],
            ],
        )


@pytest.fixture(scope="module")
def register(browser, base_url):
    till = Till(browser, base_url)
    yield till
    till.context.close()


@pytest.fixture
def till(register):
    """The register with a customer picked and nothing left over from other tests."""
    register.open()
    yield register
    register.context.set_offline(False)
    register.page.unroute_all()
    register.page.evaluate("localStorage.clear()")


def test_two_taps_reach_the_server(till):
    till.note(1)
    assert till.kept(), "the tap is kept before anything else"
    till.done()
    till.wait_for(till.stored, "the note never reached the server")
    (note,) = till.stored()
    assert len(note["feeling_ids"]) == len(note["reading_ids"]) == 1


def test_cut_network_and_reload(till):
    till.context.set_offline(True)
    till.note(2, "Daughter starts school")
    till.done()
    till.page.wait_for_timeout(1_000)
    assert len(till.kept()) == 1
    till.context.set_offline(False)
    till.wait_for(till.stored, "the note was not sent when the network came back")
    till.reload()
    till.page.wait_for_timeout(1_000)
    (note,) = till.stored()
    assert note["summary"] == "Daughter starts school"
    assert len(note["reading_ids"]) == 1


def test_reload_before_anything_could_be_sent(till):
    """Reloaded while the server can't take it: kept, sent when it can, stored once."""
    address = "**/relationship_store_note"
    till.page.route(address, lambda route: route.abort("internetdisconnected"))
    till.note(1, "Green tea")
    till.detail("sell", "like", "Order the big jar")
    till.done()
    till.reload()
    till.page.wait_for_timeout(1_000)
    assert len(till.kept()) == 1
    assert not till.stored()
    till.page.unroute(address)
    till.reload()
    till.wait_for(till.stored, "the note was not sent after the reload")
    till.wait_for(
        lambda: not till.page.evaluate("posmodel.relationshipNotes.waiting.length"),
        "the till doesn't know that the server has it",
    )
    till.reload()
    till.page.wait_for_timeout(1_000)
    (note,) = till.stored()
    assert (note["summary"], note["purpose"], note["promise"]) == (
        "Green tea",
        "sell",
        "Order the big jar",
    )
    of = [("partner_id", "=", till.customer_id)]
    assert till.call("relationship.promise", "search_count", [of]) == 1
    (liked,) = till.call("relationship.preference", "search_read", [of, ["kind", "text"]])
    assert (liked["kind"], liked["text"]) == ("like", "Green tea")


def test_crash_with_the_popup_open(till):
    till.note(3, "Asked for the blue one")
    till.page.close()
    till.page = till.context.new_page()
    till.page.goto(f"{till.server}/pos/ui/{till.config_id}")
    till.wait_for(till.stored, "the note did not survive")
    assert till.stored()[0]["summary"] == "Asked for the blue one"


def test_lost_answer_stores_once(till):
    """The server stores the note, but the till never hears of it and sends it again."""
    address = "**/relationship_store_note"

    def lose_the_answer(route):
        route.fetch()
        route.abort("connectionreset")

    till.page.route(address, lose_the_answer)
    till.note(4, "Loves green tea")
    till.done()
    till.wait_for(till.stored, "the request never arrived")
    assert till.kept(), "no answer, so the till must keep it"
    till.page.unroute(address)
    till.reload()
    till.page.wait_for_timeout(2_000)
    (note,) = till.stored()
    assert note["summary"] == "Loves green tea"
    assert len(note["reading_ids"]) == 1


def test_failing_server_does_not_hold_up_the_payment(till):
    address = "**/relationship_store_note"
    till.page.route(address, lambda route: route.fulfill(status=502, body="bad gateway"))
    till.note(5)
    till.done()
    till.page.click(".pay-order-button")
    till.page.click(".paymentmethod >> nth=0")
    till.page.click(".validation-button, .button.next.validation")
    till.page.wait_for_selector(".receipt-screen", timeout=30_000)
    assert len(till.kept()) == 1
    till.page.unroute(address)
    till.reload()
    till.wait_for(till.stored, "the note was not sent later")


def test_refused_note_is_told_and_kept(till):
    other = till.call("res.partner", "create", [{"name": "Soon gone"}])
    till.page.evaluate(
        """([name, partner]) => {
            const note = {key: "pos:" + crypto.randomUUID(), partner_id: partner,
                partner_name: "Soon gone", order_uuid: "", user_id: false, employee_id: false,
                noted_at: Date.now(), feelings: [], sent_feelings: [], line: "Hello",
                sent_lines: [], is_sent: false, refused: "", to_link: false};
            localStorage.setItem(name + odoo.info.db + "/" + note.key, JSON.stringify(note));
        }""",
        [STORED, other],
    )
    till.call("res.partner", "unlink", [[other]])
    till.reload()
    till.page.wait_for_selector(".o_notification:has-text('Soon gone')", timeout=30_000)
    assert len(till.kept()) == 1
    till.reload()
    till.page.wait_for_timeout(2_000)
    assert not till.page.query_selector(".o_notification:has-text('Soon gone')")
    assert len(till.kept()) == 1


def test_strip_without_network(till):
    """What was loaded is shown when the network is gone; what is new comes with it.

    The last of this module: its order stays open, and whoever opens the till next is warned.
    """
    till.call(
        "relationship.preference",
        "create",
        [{"partner_id": till.customer_id, "kind": "care", "text": "Speak slowly"}],
    )
    pick = """id => {
        posmodel.addNewOrder();
        posmodel.setPartnerToCurrentOrder(posmodel.models["res.partner"].get(id));
    }"""
    till.page.evaluate(pick, till.customer_id)
    till.wait_for(lambda: till.strip() == ["Speak slowly"], "the till never asked for the strip")
    till.context.set_offline(True)
    till.page.evaluate(pick, till.customer_id)
    till.page.wait_for_timeout(500)
    assert till.strip() == ["Speak slowly"]
    assert not till.page.query_selector(".modal")
    till.context.set_offline(False)
    till.call("res.partner", "write", [[till.customer_id], {"relationship_pin": "No credit"}])
    till.page.evaluate(pick, till.customer_id)
    till.page.wait_for_selector(".modal-body:has-text('No credit')", timeout=30_000)
    till.page.click(".modal-footer .btn-primary")
    assert till.strip() == ["No credit", "Speak slowly"]
