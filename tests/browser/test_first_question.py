"""From *Install* to a test mail in one's inbox, in a company that already sells: clicks counted.

What a new manager sees first: what was found, and four steps. Pictures go to the folder of logs.
"""

import sys
import time
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))

from smtp_sink import Sink  # noqa: E402
from walkers import Person  # noqa: E402

WIDE = (1366, 768)
MOST_CLICKS = 15
PATIENCE = 180  # seconds for the installation, and for the first reading
SOLD = """
import datetime
env["ir.mail_server"].create({{
    "name": "Sink", "smtp_host": "127.0.0.1", "smtp_port": {port}, "smtp_encryption": "none"}})
env.company.email = "shop@example.com"
admin = env.ref("base.user_admin")
admin.write({{"email": "admin@example.com", "odoobot_state": "disabled", "tour_enabled": False}})
env["res.users"].with_context(no_reset_password=True).create({{
    "name": "Nid", "login": "nid", "email": "nid@example.com"}})
product = env["product.product"].create({{"name": "Cup", "list_price": 10}})
for number in range(30):
    customer = env["res.partner"].create({{
        "name": f"Regular {{number}}", "email": f"regular{{number}}@example.com"}})
    for days in range(5, 400, 40 + number):
        order = env["sale.order"].create({{
            "partner_id": customer.id, "order_line": [(0, 0, {{"product_id": product.id}})]}})
        order.action_confirm()
        order.date_order = env.cr.now() - datetime.timedelta(days=days)
env["ir.module.module"].update_list()
env.cr.commit()
"""


@pytest.fixture(scope="module")
def sink():
    from ridev.odoo import free_port

    sink = Sink(free_port()).start()
    yield sink
    sink.stop()


@pytest.fixture(scope="module")
def selling(databases, pictures, sink):
    """A database without the addon, whose company sells and has a mail server."""
    from ridev import odoo

    with databases.clone(databases.base_template(), "firstquestion") as name:
        odoo.shell(
            databases.server,
            databases.conf,
            name,
            SOLD.format(port=sink.port),
            log=pictures / "shell.log",
            what="a company that sells",
        )
        yield name


@pytest.fixture
def manager(browser, pictures, selling, start_server):
    server = start_server(selling, "--max-cron-threads=1")
    person = Person(browser, server.url, pictures, "admin", WIDE, locale="en-US")
    yield person.log_in()
    person.leave()


def open_app(person):
    person.click(".o_navbar_apps_menu button")
    person.click(".o-dropdown--menu .o_app", "Relationship Insight")
    person.page.wait_for_selector(".o_relationship_onboarding")


def test_from_install_to_a_test_mail(manager, sink):
    manager.go("/odoo/apps")
    manager.page.wait_for_selector(".o_kanban_record")
    manager.page.locator(".o_searchview_input").press_sequentially("relationship_insight")
    manager.page.keyboard.press("Enter")
    manager.page.wait_for_selector(".o_searchview_facet:has-text('relationship_insight')")
    manager.picture("apps")
    begin = manager.clicks
    card = manager.page.locator(".o_kanban_record").filter(has_text="Relationship Insight")
    with manager.page.expect_navigation(timeout=1000 * PATIENCE):
        card.locator("button[name=button_immediate_install]").click()
    manager.clicks += 1

    manager.page.wait_for_selector(".o_main_navbar", timeout=1000 * PATIENCE)  # its new bundles
    open_app(manager)
    manager.picture("first")
    waiting = time.monotonic()
    while not manager.page.locator(".o_relationship_found").count():  # the first reading
        assert time.monotonic() - waiting < PATIENCE
        manager.page.wait_for_timeout(2000)
        manager.page.reload()
        manager.page.wait_for_selector(".o_relationship_onboarding")
    manager.sees("30 customers and", ".o_relationship_found")
    manager.picture("found")

    manager.click(".o_relationship_onboarding button", "Give roles")
    manager.click(".o_data_row .o_data_cell", "Nid")
    manager.page.wait_for_selector(".o_form_view")
    manager.picture("roles")
    role = manager.page.locator("label", has_text="Relationship Insight").first
    manager.click(f"[id='{role.get_attribute('for')}']")
    manager.click(".o_select_menu_item", "Staff")
    manager.click(".o_form_button_save")
    manager.click(".o_breadcrumb a", "My Desk")

    manager.click(".o_relationship_onboarding button", "Look at the settings")
    manager.write("[name=relationship_sender] input", "Cup and Co <hello@example.com>")
    manager.picture("settings")
    manager.click(".o_form_button_save, button[name=execute]")
    open_app(manager)
    manager.click(".o_relationship_onboarding button", "Send me a test mail")
    manager.sees("Sent to", ".o_notification")
    while not sink.mails:
        manager.page.wait_for_timeout(200)
    clicks = manager.clicks - begin
    sys.stderr.write(f"{clicks} clicks from Install to a test mail\n")
    address, message, _time = sink.mails[0]
    assert address == "admin@example.com"
    assert message["From"] == "Cup and Co <hello@example.com>"
    assert clicks <= MOST_CLICKS
    ticked = manager.page.locator(".o_relationship_onboarding .fa-check-circle")
    sync_api.expect(ticked).to_have_count(3)
    manager.picture("tested")

    manager.click(".o_relationship_onboarding button", "Open it")
    manager.click(".o_form_statusbar button", "Start")
    manager.page.wait_for_selector(".modal [name=forecast]")
    manager.picture("forecast")
