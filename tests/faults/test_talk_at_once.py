"""A conversation that is sent eight times at once is stored once, and nobody is told otherwise."""

import pytest
from at_once import CALLERS, at_once
from conftest import Client

KEY = "one-talk-sent-by-eight"


@pytest.fixture(scope="module")
def clients(server, clone):
    return [Client(server.url, clone) for _number in range(CALLERS)]


@pytest.fixture(scope="module")
def customer(clients):
    return clients[0].call("res.partner", "create", {"name": "Anna Sukjai"})


def test_line(clients, customer):
    line = {
        "key": KEY,
        "partner_id": customer,
        "channel": "call_out",
        "text": "Likes the lamp",
        "promise": "Send the price",
        "promise_date": "2031-05-05",
    }
    rows = at_once(lambda client: client.call("relationship.note", "log_line", line), clients)
    assert len({row["id"] for row in rows}) == 1
    notes = clients[0].call(
        "relationship.note", "search_read", [("partner_id", "=", customer)], ["summary"]
    )
    assert [note["summary"] for note in notes] == ["Likes the lamp"]
    promises = clients[0].call(
        "mail.activity", "search_count", [("summary", "=", "Send the price")]
    )
    assert promises == 1


def test_draft(clients, customer):
    draft = {"key": f"{KEY}-draft", "partner_id": customer, "text": "To finish"}
    rows = at_once(
        lambda client: client.call("relationship.note.draft", "keep_draft", draft), clients
    )
    assert len({row["id"] for row in rows}) == 1


def test_form(clients, customer):
    """The whole dialog of a draft sends the draft's key."""
    vals = {"partner_id": customer, "channel": "visit", "summary": "In full"}
    context = {"default_source_key": f"{KEY}-form"}
    ids = at_once(
        lambda client: client.call("relationship.note", "web_save", [], vals, {}, context=context),
        clients,
    )
    assert len({row["id"] for rows in ids for row in rows}) == 1
