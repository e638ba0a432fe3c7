"""A day of a sales rep, and the handover by a manager, in English and Thai, desk and phone.

Clicks and seconds are counted; they and the pictures are in the folder `staff_day` of the logs.
"""

import datetime
import time

import pytest
from conftest import Client

sync_api = pytest.importorskip("playwright.sync_api")

from walkers import DESKTOP, PHONE, Person  # noqa: E402

LINE_CLICKS, DIALOG_CLICKS = 2, 10
LANGUAGES = {
    "en_US": {"window": "in 90 days", "talk": "Last talk on"},
    "th_TH": {"window": "90 วัน", "talk": "คุยล่าสุดเมื่อ"},
}
SAID = "Likes the blue cups / ชอบแก้วสีฟ้า"
PROMISED = "Call when the cups come / โทรเมื่อแก้วมา"


class Office:
    """A company with customers of one rep, and a manager who may hand them over."""

    def __init__(self, url, database):
        self.admin = Client(url, database)
        self.url = url
        self.admin.speak_thai()

    def call(self, *arguments, **keywords):
        return self.admin.call(*arguments, **keywords)

    def user(self, name, group, lang):
        groups = [
            self.admin.ref("relationship_insight", f"group_relationship_{group}"),
            self.admin.ref("base", "group_user"),
            self.admin.ref("base", "group_partner_manager"),
            self.admin.ref("sales_team", "group_sale_salesman"),
        ]
        (user,) = self.call(
            "res.users",
            "create",
            [
                {
                    "name": name,
                    "login": name,
                    "password": name,
                    "lang": lang,
                    "tz": "Asia/Bangkok",
                    "email": f"{name}@example.com",
                    "group_ids": [(6, 0, groups)],
                    "odoobot_state": "disabled",
                }
            ],
        )  # its chat covers a whole phone
        return user

    def customers(self, rep, lang):
        """Ids of a new customer, and of one with a promise due, a birthday, and talks of old."""
        today = datetime.datetime.now(datetime.UTC)
        fresh, known = self.call(
            "res.partner",
            "create",
            [
                {"name": f"{name} {lang}", "user_id": rep, "phone": "+66 2 123 4567", "lang": lang}
                for name in ("Fresh", "Known")
            ],
        )
        staff = self.call("res.users", "read", [rep], ["partner_id"])[0]["partner_id"][0]
        self.call(
            "relationship.note",
            "create",
            [
                {
                    "partner_id": known,
                    "staff_id": staff,
                    "channel": "visit",
                    "purpose": "listen",
                    "date": f"{today - datetime.timedelta(days=20):%F %T}",
                    "summary": SAID,
                    "promise": PROMISED,
                    "promise_date": f"{today:%F}",
                }
            ],
        )
        day = today + datetime.timedelta(days=3)
        self.call(
            "relationship.life.event",
            "create",
            [{"partner_id": known, "type": "birthday", "day": day.day, "month": str(day.month)}],
        )
        return fresh, known


@pytest.fixture(scope="module")
def office(clone, start_server):
    server = start_server(clone)
    return Office(server.url, server.database)


def log_line(rep, text):
    """A talk in one line; return (clicks, seconds)."""
    rep.page.wait_for_selector(".o_relationship_composer .o_relationship_line")
    clicks, start = rep.clicks, time.monotonic()
    rep.click(".o_relationship_composer .o_relationship_line")
    rep.click(".o_relationship_composer [data-channel=visit]")
    rep.page.keyboard.type(text)
    rep.page.keyboard.press("Enter")
    rep.sees(text, ".o_relationship_line_row")
    return rep.clicks - clicks, time.monotonic() - start


def log_talk(rep, promise):
    """A talk with two feelings and a promise; return (clicks, seconds)."""
    clicks, start = rep.clicks, time.monotonic()
    rep.click(".o_relationship_composer .o_relationship_line")
    for side in (".o_feeling_good", ".o_feeling_bad"):
        rep.click(f".o_relationship_composer {side} .o_feeling")
    rep.page.keyboard.type(SAID)
    rep.click(".o_relationship_composer .o_relationship_line_more")
    rep.page.wait_for_selector(".modal [name=summary] textarea")
    rep.write(".modal [name=promise] input", promise)
    rep.picture("talk")
    rep.click(".modal footer button.btn-primary")
    rep.page.wait_for_selector(".modal", state="detached")
    return rep.clicks - clicks, time.monotonic() - start


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_day(browser, office, pictures, lang, size):
    words = LANGUAGES[lang]
    name = f"{lang}-{size[0]}"
    rep_id = office.user(f"rep-{name}", "staff", lang)
    heir_id = office.user(f"heir-{name}", "staff", lang)
    office.user(f"boss-{name}", "manager", lang)
    fresh, known = office.customers(rep_id, name)

    rep = Person(browser, office.url, pictures, f"rep-{name}", size).log_in()
    rep.go(f"/odoo/contacts/{fresh}")
    rep.click(".o_notebook a[name=relationship]")
    rep.sees_not(words["talk"], ".o_relationship_person")
    clicks, seconds = log_line(rep, "Wants delivery on Friday")
    assert clicks == LINE_CLICKS
    rep.sees(words["talk"], ".o_relationship_person")  # the card follows
    rep.picture("line")
    talk_clicks, talk_seconds = log_talk(rep, PROMISED)
    assert talk_clicks <= DIALOG_CLICKS
    (pictures / f"clicks-{name}.txt").write_text(
        f"{clicks} clicks, Enter and {seconds:.1f} s for a line,"
        f" {talk_clicks} clicks and {talk_seconds:.1f} s for a talk\n"
    )
    notes = office.call(
        "relationship.note",
        "search_read",
        [("partner_id", "=", fresh)],
        ["feeling_ids", "promise", "channel"],
        order="id",
    )
    assert [len(note["feeling_ids"]) for note in notes] == [0, 2]
    assert notes[1]["promise"] == PROMISED

    rep.go("/odoo/relationship-desk")
    rep.sees(PROMISED, ".o_relationship_desk_promises")
    rep.sees(f"Known {name}", ".o_relationship_desk_events")
    rep.picture("desk")
    rep.click(".o_relationship_desk_events .o_relationship_desk_line .small .btn-link")
    rep.sees(words["window"], ".o_relationship_brief")
    rep.sees(SAID, ".o_relationship_brief [data-section=touches]")
    rep.picture("brief")
    rep.leave()

    boss = Person(browser, office.url, pictures, f"boss-{name}", size).log_in()
    boss.go("/odoo/handovers/new")
    pick(boss, "user_id", f"rep-{name}")
    pick(boss, "successor_id", f"heir-{name}")
    action(boss, "action_propose")
    boss.sees(f"Known {name}", ".o_field_widget[name=line_ids]")
    boss.picture("handover")
    action(boss, "action_hand_over")
    boss.click(".modal .btn-primary")
    boss.page.wait_for_selector(".o_field_widget[name=activity_moved]")
    boss.picture("handed-over")
    boss.leave()
    owners = office.call("res.partner", "read", [fresh, known], ["user_id"])
    assert {owner["user_id"][0] for owner in owners} == {heir_id}

    heir = Person(browser, office.url, pictures, f"heir-{name}", size).log_in()
    heir.go("/odoo/relationship-desk")
    heir.sees(f"Fresh {name}", ".o_relationship_desk_handovers")
    heir.sees(PROMISED, ".o_relationship_desk_promises")
    heir.picture("desk")
    heir.leave()


def pick(person, field, name):
    """Choose a record; a phone shows them on a page of their own."""
    if person.phone:
        person.click(f".o_field_widget[name={field}] input")
        person.click(".modal .o_kanban_record:not(.o_kanban_ghost), .modal .o_data_row", name)
        person.page.wait_for_selector(".modal", state="detached")
    else:
        for _try in range(5):  # what is typed is lost when the form is drawn anew
            person.write(f".o_field_widget[name={field}] input", name)
            if person.finds(f".o-autocomplete--dropdown-item:has-text('{name}')"):
                break
        person.click(".o-autocomplete--dropdown-item", name)


def action(person, name):
    """Press a button of the form's head, wherever this width puts it."""
    button = f".o_statusbar_buttons button[name={name}]:visible"
    if not person.finds(button, seconds=3):
        person.click(".o_statusbar_buttons button.dropdown-toggle, .o_cp_action_menus button")
        button = f"button[name={name}]:visible"
    person.click(button)
