"""A copy of a database that `odoo neutralize` was run on writes to nobody, in a real server."""

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from smtp_sink import Sink  # noqa: E402
from test_sending import INVITE, SETUP  # noqa: E402

QUEUE = """
env["relationship.delivery"]._queue_invitations()
env["ir.mail_server"].search([]).copy({"name": "Added by hand afterwards"})
env.cr.commit()
"""
# Somebody switches everything on again by hand and runs the sender: still nothing goes out.
STUBBORN = """
env["ir.mail_server"].with_context(active_test=False).search([]).active = True
env["ir.cron"].with_context(active_test=False).search([]).active = True
env["relationship.delivery"]._cron_send()
env["relationship.delivery"]._cron_remind()
env.cr.commit()
"""


@pytest.fixture(scope="module")
def sink():
    from ridev.odoo import free_port

    sink = Sink(free_port()).start()
    yield sink
    sink.stop()


def test_a_neutralized_copy_writes_to_nobody(databases, clone, start_server, sink, tmp_path):
    from ridev import odoo

    def shell(code):
        odoo.shell(
            databases.server,
            databases.conf,
            clone,
            code,
            log=tmp_path / "shell.log",
            what="the copy",
        )

    def sql(query):
        return databases.sql(query, database=clone)

    shell(
        SETUP.format(port=sink.port)
        + INVITE.format(name="Copy", count=20, domain="example.com")
        + QUEUE
    )
    assert sql("SELECT state, COUNT(*) FROM relationship_delivery GROUP BY 1") == ["queued|20"]
    odoo.run(
        [odoo.PYTHON, odoo.ODOO, "neutralize", "-c", databases.conf, "-d", clone],
        tmp_path / "neutralize.log",
        "neutralize",
        env=odoo.environment(databases.server),
        cwd=tmp_path,
    )
    assert sql("SELECT DISTINCT state || '|' || failure_type FROM relationship_delivery") == [
        "cancelled|neutralized"
    ]
    assert sql("SELECT state FROM relationship_campaign WHERE name->>'en_US' = 'Faults'") == [
        "paused"
    ]
    assert not sql("SELECT id FROM relationship_invitation WHERE state = 'planned'")
    shell(INVITE.format(name="Later", count=3, domain="example.com") + STUBBORN)
    server = start_server(clone, "--max-cron-threads=2")
    time.sleep(5)
    server.stop()
    assert not sink.offered
    assert not sql("SELECT id FROM relationship_delivery WHERE state IN ('sent', 'sending')")
