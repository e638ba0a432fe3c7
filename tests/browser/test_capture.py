"""Talks caught on a bad network: nothing typed is lost, and nothing is stored twice.

Runs in a real Chromium against a real server: the one of the suite (fixture ``server``), or the
one at ``RI_BASE_URL``, as a member of staff whom the administrator makes.
Chromium is ``RI_CHROMIUM`` or the first on PATH.
"""

import os
import uuid

import pytest

pytest.importorskip("playwright.sync_api")

from walkers import call_as, log_in  # noqa: E402

LINE = ".o_relationship_line"
VOICE = ".o_relationship_voice_record"


@pytest.fixture(scope="module")
def base_url(request):
    """Address of the server under test."""
    address = os.environ.get("RI_BASE_URL") or request.getfixturevalue("server").url
    return address.rstrip("/")


@pytest.fixture(scope="module")
def browser_arguments():
    """Chromium hears a beep through its microphone."""
    return "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"


class Person:
    """Somebody with a telephone, and what the server has stored."""

    def __init__(self, browser, server, login):
        self.server = server
        self.context = browser.new_context(
            viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
        )
        self.context.set_default_timeout(90_000)
        self.page = self.context.new_page()
        log_in(self.page, server, login)

    def call(self, model, method, args, **kwargs):
        """Call a method of the server as the logged-in user."""
        return call_as(self.context, self.server, model, method, args, **kwargs)

    def make_colleague(self):
        """Make a user of the lowest group; return the login, which is the password as well."""
        login = f"staff_{uuid.uuid4().hex[:8]}"
        groups = [
            self.call("ir.model.data", "check_object_reference", list(name))[1]
            for name in (
                ("base", "group_user"),
                ("base", "group_partner_manager"),
                ("relationship_insight", "group_relationship_staff"),
            )
        ]
        self.call(
            "res.users",
            "create",
            [
                {
                    "name": login,
                    "login": login,
                    "password": login,
                    "odoobot_state": "disabled",
                    "group_ids": [[6, 0, groups]],
                }
            ],
        )
        return login

    def meet(self):
        """Make a customer for one test."""
        self.customer = f"Customer {uuid.uuid4().hex[:8]}"
        self.customer_id = self.call("res.partner", "create", [{"name": self.customer}])
        return self

    def stored(self, model, *fields):
        return self.call(
            model, "search_read", [[("partner_id", "=", self.customer_id)], list(fields)]
        )

    def open(self, path, selector):
        self.page.goto(self.server + path)
        self.page.wait_for_selector(selector)

    def record(self, button):
        """Record a message of some seconds."""
        self.page.click(button)
        self.page.wait_for_selector(f"{button} .fa-stop")
        self.page.wait_for_timeout(2500)
        self.page.click(button)

    def open_field_page(self):
        self.open("/odoo/relationship-field", ".o_relationship_field_search")
        self.page.fill(".o_relationship_field_search", self.customer)
        self.page.click(f".o_relationship_field_pick:has-text('{self.customer}')")


@pytest.fixture(scope="module")
def somebody(browser, base_url):
    admin = Person(browser, base_url, "admin")
    login = admin.make_colleague()
    admin.context.close()
    person = Person(browser, base_url, login)
    yield person
    person.context.close()


@pytest.fixture
def staff(somebody):
    return somebody.meet()


def test_line_survives_a_cut_network_and_a_reload(staff):
    contact = f"/odoo/contacts/{staff.customer_id}"
    staff.open(contact, LINE)
    staff.page.click(LINE)
    staff.page.wait_for_selector(".o_relationship_composer .o_feeling")
    staff.page.fill(LINE, "Wants the blue one")
    staff.context.set_offline(True)
    staff.page.press(LINE, "Enter")
    staff.page.wait_for_selector(".o_relationship_line_error")
    assert staff.page.input_value(LINE) == "Wants the blue one"
    staff.context.set_offline(False)
    staff.open(contact, LINE)
    assert staff.page.input_value(LINE) == "Wants the blue one"
    staff.page.press(LINE, "Enter")
    staff.page.wait_for_selector(".o_relationship_line_row:has-text('Wants the blue one')")
    assert [note["summary"] for note in staff.stored("relationship.note", "summary")] == [
        "Wants the blue one"
    ]


def test_answer_that_gets_lost_on_the_way_back_stores_once(staff):
    staff.open(f"/odoo/contacts/{staff.customer_id}", LINE)
    lost = []

    def lose_the_first(route):
        if lost:
            return route.continue_()
        lost.append(route.fetch())
        return route.abort()

    staff.page.route("**/relationship.note/log_line", lose_the_first)
    staff.page.click(LINE)
    staff.page.fill(LINE, "Said once")
    staff.page.press(LINE, "Enter")
    staff.page.wait_for_selector(".o_relationship_line_error")
    staff.page.press(LINE, "Enter")
    staff.page.wait_for_selector(".o_relationship_line_row:has-text('Said once')")
    assert lost[0].ok
    assert len(staff.stored("relationship.note")) == 1


def test_two_taps_without_a_network_become_one_draft(staff):
    staff.open_field_page()
    staff.context.set_offline(True)
    staff.page.click(".o_relationship_field_open [data-channel=visit]")
    staff.page.click(".o_relationship_field_open .o_feeling_good .o_feeling >> nth=0")
    waiting = f".o_relationship_field_draft:has-text('{staff.customer}')"
    staff.page.wait_for_selector(waiting)
    assert not staff.page.locator(f"{waiting} .o_relationship_field_finish").count()
    staff.context.set_offline(False)
    staff.open("/odoo/relationship-field", f"{waiting} .o_relationship_field_finish")
    drafts = staff.stored("relationship.note.draft", "channel", "feeling_ids")
    assert [(draft["channel"], len(draft["feeling_ids"])) for draft in drafts] == [("visit", 1)]
    assert not staff.stored("relationship.note")


def test_voice_message_is_recorded_and_played(staff):
    staff.open_field_page()
    draft = f".o_relationship_field_draft:has-text('{staff.customer}')"
    staff.record(".o_relationship_field_record")
    staff.page.wait_for_selector(f"{draft} .fa-microphone")
    staff.page.click(f"{draft} .o_relationship_field_finish")
    staff.page.wait_for_selector(".modal .o_relationship_voice_message:has-text('00 : 0')")
    staff.record(f".modal {VOICE}")
    staff.page.wait_for_selector(".modal .o_relationship_voice_message >> nth=1")
    staff.page.click(".modal .modal-footer .btn-primary")
    staff.page.wait_for_selector("body:not(:has(.modal))")
    (note,) = staff.stored("relationship.note", "voice_ids")
    assert not staff.stored("relationship.note.draft")
    voices = staff.call(
        "ir.attachment",
        "read",
        [note["voice_ids"], ["mimetype", "file_size", "res_model", "res_id"]],
    )
    assert len(voices) == 2
    for voice in voices:
        assert voice["mimetype"] == "audio/mpeg" and voice["file_size"] > 10_000
        assert (voice["res_model"], voice["res_id"]) == ("relationship.note", note["id"])
    staff.open(f"/odoo/relationship-conversations/{note['id']}", ".o_relationship_voice_message")
    # It is a second long: what is on the screen meanwhile may be gone before anybody looks.
    staff.page.evaluate("""() => {
        const look = () => {
            window.hasPlayed ||= Boolean(
                document.querySelector(".o-mail-VoicePlayer button.fa-stop"));
        };
        new MutationObserver(look).observe(
            document.body, {subtree: true, childList: true, attributes: true});
    }""")
    staff.page.click(".o-mail-VoicePlayer button >> nth=0")
    staff.page.wait_for_function("() => window.hasPlayed")
