"""Every menu, view, tab, button and option of the app, in English and Thai, by every role.

Nothing may end in a traceback, a refused door, an error of the page, or, in Thai, in an English
text that is translated. Who sees most presses everything, the others open everything, each in one
language; with ``RI_WALK=all`` everybody presses everything in both.
"""

import os
import re
import sys
import time

import pytest
from conftest import ROOT

sync_api = pytest.importorskip("playwright.sync_api")

from walkers import DESKTOP, Person  # noqa: E402

APP = "relationship_insight"
# What an ordinary user is told: no fault of the screen. A refused door is one.
TOLD = ("UserError", "ValidationError", "RedirectWarning")
QUIET = re.compile(r"favicon|wkhtmltopdf|ERR_ABORTED|net::ERR_BLOCKED|websocket", re.I)
# A record's name that reads like a text of ours: what somebody called it stays.
DATA = {"Friends bring friends"}
# These end the visit or leave the app: nothing to learn from them.
LEAVES = {"action_relationship_anonymise"}
WALKS = [  # login, language, whether every button is pressed
    ("manager", "en_US", True),
    ("relations", "th_TH", False),
    ("rep", "th_TH", False),
    ("cashier", "en_US", False),
]
if os.environ.get("RI_WALK") == "all":
    WALKS = [(login, lang, True) for login, _lang, _presses in WALKS for lang in ("en_US", "th_TH")]
HOOK = """
() => {
    const { rpcBus } = odoo.loader.modules.get("@web/core/network/rpc");
    if (window.walk) { return; }
    window.walk = { pending: 0, errors: [] };
    rpcBus.addEventListener("RPC:REQUEST", ({ detail }) => {
        window.walk.pending += detail.settings.silent ? 0 : 1;
    });
    rpcBus.addEventListener("RPC:RESPONSE", ({ detail }) => {
        window.walk.pending -= detail.settings.silent ? 0 : 1;
        const error = detail.error;
        if (error && error.data) {
            window.walk.errors.push([error.data.name, error.data.message]);
        }
    });
}
"""
# What can be read: texts, and what shows on hovering.
READ = """
() => {
    const texts = new Set();
    for (const part of document.querySelectorAll(
        ".o_main_navbar, .o_action_manager, .o_dialog, .o_popover")) {
        const walker = document.createTreeWalker(
            part, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const node = walker.currentNode;
            if (node.nodeType === Node.TEXT_NODE) {
                texts.add(node.textContent.trim());
            } else {
                for (const name of ["title", "placeholder", "data-tooltip", "aria-label"]) {
                    texts.add((node.getAttribute(name) || "").trim());
                }
            }
        }
    }
    return [...texts];
}
"""


def english():
    """The English texts of ours that Thai has other words for."""
    from babel.messages import pofile

    with (ROOT / APP / "i18n" / "th.po").open(encoding="utf-8") as stream:
        return {
            message.id
            for message in pofile.read_po(stream, locale="th")
            if isinstance(message.id, str)
            and message.id
            and message.string not in ("", message.id)
            and message.id not in DATA
        }


class Walker(Person):
    """Somebody who opens and presses everything, and writes down what went wrong."""

    def __init__(self, *arguments, lang, presses, foreign, **options):
        super().__init__(*arguments, **options)
        self.presses, self.foreign = presses, foreign if lang == "th_TH" else set()
        self.wrong, self.seen, self.where = [], set(), ""
        self.counts = {"menus": 0, "views": 0, "tabs": 0, "buttons": 0, "options": 0}
        self.page.on("console", self._note_console)
        self.context.on("page", lambda page: page is self.page or page.close())

    def _note_console(self, message):
        if message.type == "error" and not QUIET.search(message.text + str(message.location)):
            self.note(f"console: {message.text[:1500]}")

    def note(self, what):
        if (self.where, what) not in self.seen:
            self.seen.add((self.where, what))
            self.wrong.append(f"{self.name}: {self.where}: {what}")

    def settle(self):
        """Wait until nothing is asked of the server any more, then look for what is wrong."""
        self.page.evaluate(HOOK)
        for _try in range(200):
            if not self.page.evaluate("window.walk.pending > 0"):
                break
            self.page.wait_for_timeout(50)
        self.page.wait_for_timeout(60)
        for name, message in self.page.evaluate("window.walk.errors.splice(0)"):
            if name.rpartition(".")[2] not in TOLD:
                self.note(f"{name}: {message[:300]}")
        if self.page.locator(".o_error_dialog button.btn-link").count():  # a traceback can be seen
            self.note("dialog: " + self.page.locator(".o_error_dialog").first.inner_text()[:300])
        while self.errors:
            self.note(f"page: {self.errors.pop()[:300]}")
        if self.foreign and self.is_ours():
            for text in self.page.evaluate(READ):
                if text in self.foreign:
                    self.note(f"not in Thai: {text!r}")

    def is_ours(self):
        """Whether the screen is one of this app, not Odoo's own of a contact or an order."""
        model = self.page.evaluate(
            "odoo.__WOWL_DEBUG__.root.env.services.action.currentController?.props?.resModel || ''"
        )
        return not model or model.startswith("relationship.")

    def close_dialogs(self):
        for _try in range(4):
            if not self.page.locator(".o_dialog").count():
                return
            close = self.page.locator(
                ".o_dialog .modal-header .btn-close, .o_dialog .o_form_button_cancel,"
                " .o_dialog footer .btn-secondary"
            )
            if close.count():
                close.last.click(force=True)
            else:
                self.page.keyboard.press("Escape")
            self.page.wait_for_timeout(250)

    def do(self, action):
        """Open an action in place of all that is open."""
        self.page.evaluate(
            """async action => {
                const { env } = odoo.__WOWL_DEBUG__.root;
                try {
                    await env.services.action.doAction(action, { clearBreadcrumbs: true });
                } catch (error) { console.error("action: " + (error.data?.message || error)); }
            }""",
            action,
        )
        self.settle()

    def walk(self):
        self.page.set_default_timeout(15_000)
        self.page.wait_for_function("window.odoo?.__WOWL_DEBUG__?.root?.env?.services?.menu")
        menus = self.page.evaluate(
            """app => {
            const { menu } = odoo.__WOWL_DEBUG__.root.env.services;
            const all = [];
            const take = (item, path) => {
                if (item.actionID) { all.push([item.actionID, [...path, item.name].join(" / ")]); }
                for (const child of item.childrenTree || []) { take(child, [...path, item.name]); }
            };
            const root = menu.getApps().find((each) => each.xmlid.startsWith(app));
            take(menu.getMenuAsTree(root.id), []);
            return [...new Map(all)];
        }""",
            f"{APP}.",
        )
        assert menus, "no menu at all"
        for action, path in menus:
            self.where = path
            self.counts["menus"] += 1
            try:
                self.do(action)
                self.look(action)
            except sync_api.TimeoutError as error:
                self.note(f"stuck: {str(error)[:600]}")
                self.page.goto(f"{self.url}/odoo")
                self.page.wait_for_selector(".o_main_navbar")

    def look(self, action):
        """All views of an action, its first record, and what can be chosen and pressed."""
        self.counts["views"] += 1
        if self.page.locator(".o_dialog").count():
            self.close_dialogs()
            return
        switches = self.page.locator(".o_cp_switch_buttons .o_switch_view")
        kinds = [
            next(
                (
                    c[2:]
                    for c in each.get_attribute("class").split()
                    if c in ("o_list", "o_kanban", "o_graph", "o_pivot", "o_calendar", "o_activity")
                ),
                "",
            )
            for each in switches.all()
        ]
        for kind in filter(None, kinds):
            button = self.page.locator(f".o_cp_switch_buttons .o_switch_view.o_{kind}")
            if button.count():
                button.first.click()
                self.settle()
                self.counts["views"] += 1
        if kinds:
            self.do(action)
        if self.page.locator(".o_form_view").count():
            self.form(action)
        elif not self.page.locator(
            ".o_list_view, .o_kanban_view, .o_graph_view, .o_pivot_view"
        ).count():
            self.screen(action)
        else:
            self.record(action)

    def record(self, action):
        first = self.page.locator(
            ".o_list_view .o_data_row .o_data_cell:not(.o_field_cell_button),"
            " .o_kanban_group:not(.o_column_folded) .o_kanban_record,"
            " .o_kanban_ungrouped .o_kanban_record:not(.o_kanban_ghost)"
        )
        if not first.count() or self.page.locator(".o_view_sample_data").count():
            return
        first.first.evaluate("record => record.click()")
        self.settle()
        if self.page.locator(".o_form_view").count():
            self.form(action)

    def form(self, action):
        """The tabs of a form, and its buttons, each pressed on the form as it was opened."""
        for tab in self.page.locator(".o_form_view .o_notebook .nav-link:visible").all():
            tab.click()
            self.counts["tabs"] += 1
            self.settle()
        if not (self.presses and self.is_ours()) or self.page.locator(".o_dialog").count():
            self.close_dialogs()
            return
        address = self.page.url
        names = self.page.eval_on_selector_all(
            ".o_form_view button[name]",
            "all => [...new Set(all.filter((b) => b.offsetParent).map((b) => b.name))]",
        )
        for name in names:
            button = self.page.locator(f".o_form_view button[name='{name}']:visible").first
            if name in LEAVES or not button.count() or not button.is_enabled():
                continue
            self.press(button, f"button {name}")
            if self.page.url != address or not self.page.locator(".o_form_view").count():
                self.page.goto(address)
                self.page.wait_for_selector(".o_form_view, .o_list_view, .o_kanban_view")
                self.settle()
            if not self.page.locator(".o_form_view").count():
                return

    def press(self, button, what):
        where, self.where = self.where, f"{self.where} > {what}"
        self.counts["buttons"] += 1
        try:
            button.click(timeout=4000)
        except sync_api.Error:  # covered, or gone by itself
            self.where = where
            return
        self.page.wait_for_timeout(100)
        self.settle()
        self.close_dialogs()
        self.settle()
        self.where = where

    def screen(self, action):
        """A screen of our own: every option of every choice, then every button."""
        for number in range(self.page.locator(".o_action select:visible").count()):
            choice = self.page.locator(".o_action select:visible").nth(number)
            values = choice.evaluate("s => [...s.options].map((o) => o.value)")
            where = self.where
            for value in [*values, *values[:1]]:
                self.where = f"{where} > option {value!r} of choice {number + 1}"
                self.counts["options"] += 1
                choice.select_option(value)
                self.page.wait_for_timeout(60)
                self.settle()
                if choice.input_value() != value:
                    self.note("the choice shows something else")
            self.where = where
        if not self.presses:
            return
        marks = self.page.eval_on_selector_all(
            ".o_action button",
            """all => [...new Set(all.filter((b) => b.offsetParent && !b.disabled).map(
                (b) => b.className + "|" + b.textContent.trim()))]""",
        )
        for mark in marks:
            button = self.page.evaluate_handle(
                """mark => [...document.querySelectorAll(".o_action button")].find((b) =>
                    b.offsetParent && !b.disabled
                    && b.className + "|" + b.textContent.trim() === mark)""",
                mark,
            ).as_element()
            if button:
                address = self.page.url
                self.press(button, f"button {mark.partition('|')[2] or mark}")
                if self.page.url != address or not self.page.locator(".o_action").count():
                    self.do(action)


@pytest.fixture(scope="module")
def shop(databases, clone, start_server, pictures):
    """A server on the demo shop, which speaks both languages."""
    from ridev import odoo

    code = """
langs = env["res.lang"].with_context(active_test=False).search([("code", "=", "th_TH")])
env["base.language.install"].create({"lang_ids": langs.ids}).lang_install()
env["relationship.feature"]._set_all_features()
env["relationship.demo"]._generate()
users = env["res.users"].search([("login", "in", ["rep", "relations", "manager", "cashier"])])
for user in users:
    user.write({"password": user.login, "odoobot_state": "disabled"})
env["ir.mail_server"].search([]).unlink()
env.cr.commit()
"""
    odoo.shell(
        databases.server,
        databases.conf,
        clone,
        code,
        log=pictures / "shop.log",
        what="the demo shop",
    )
    return start_server(clone)


def _speak(databases, clone, login, lang):
    databases.sql(
        f"update res_partner p set lang = '{lang}' from res_users u"
        f" where u.partner_id = p.id and u.login = '{login}'",
        database=clone,
    )


@pytest.mark.parametrize(("login", "lang", "presses"), WALKS)
def test_everything_opens(browser, shop, databases, clone, pictures, login, lang, presses):
    _speak(databases, clone, login, lang)
    begin = time.monotonic()
    walker = Walker(
        browser, shop.url, pictures, login, DESKTOP, lang=lang, foreign=english(), presses=presses
    )
    walker.log_in()
    walker.walk()
    sys.stderr.write(f"{login} {lang}: {walker.counts}, {time.monotonic() - begin:.0f} s\n")
    walker.context.close()
    assert not walker.wrong, "\n" + "\n".join(walker.wrong)
