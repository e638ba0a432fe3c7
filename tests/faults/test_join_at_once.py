"""A friend's form that comes eight times at once makes one contact and one referral."""

import re
import time
import urllib.parse
import urllib.request

import pytest
from at_once import CALLERS, at_once

PHONES = ("081 234 5678", "+66 81 234 5678", "081-2345678", "(081) 234 5678")


@pytest.fixture(scope="module")
def link(server, clone):
    from conftest import Client

    client = Client(server.url, clone)
    country = client.ref("base", "th")
    client.call("res.company", "write", [1], {"country_id": country})
    client.call(
        "ir.config_parameter", "set_param", "relationship_insight.limit_try", str(10 * CALLERS)
    )
    anna = client.call("res.partner", "create", {"name": "Anna Sukjai"})
    client.call("res.partner", "action_open_referral_page", [anna])
    (code,) = client.call(
        "relationship.referral.code", "search_read", [("partner_id", "=", anna)], ["share_url"]
    )
    return server.url + urllib.parse.urlsplit(code["share_url"]).path


def load(link):
    """Nonce of a page just opened."""
    with urllib.request.urlopen(link, timeout=60) as page:
        return re.search(r'name="n" value="([^"]+)"', page.read().decode())[1]


def join(link, nonce, **typed):
    form = {"n": nonce, "step": "join", "name": "Bo", "agreed": "1", **typed}
    request = urllib.request.Request(
        link, urllib.parse.urlencode(form).encode(), {"User-Agent": f"Phone of {form['name']}"}
    )
    with urllib.request.urlopen(request, timeout=120) as page:
        return "Welcome!" in page.read().decode()


def found(client, domain):
    friends = client.call("res.partner", "search", domain)
    claims = client.call(
        "relationship.referral", "search_read", [("referred_id", "in", friends)], ["state"]
    )
    rules = client.call(
        "relationship.referral.flag",
        "search_read",
        [("referral_id", "in", [claim["id"] for claim in claims])],
        ["rule"],
    )
    return len(friends), [claim["state"] for claim in claims], [flag["rule"] for flag in rules]


def test_one_page_sent_eight_times(client, link):
    nonce = load(link)
    time.sleep(1.2)
    answers = at_once(
        lambda _number: join(link, nonce, email="bo@example.com", phone=PHONES[0]), range(CALLERS)
    )
    assert answers == [True] * CALLERS
    assert found(client, [("email", "=", "bo@example.com")]) == (1, ["confirmed"], [])


def test_eight_pages_with_one_phone_number(client, link):
    pages = [(load(link), PHONES[number % len(PHONES)]) for number in range(CALLERS)]
    time.sleep(1.2)
    answers = at_once(
        lambda page: join(link, page[0], name="Chai", phone=page[1].replace("5678", "9999")), pages
    )
    assert answers == [True] * CALLERS
    assert found(client, [("name", "=", "Chai")]) == (1, ["confirmed"], [])


def test_eight_friends_are_eight(client, link):
    pages = [(load(link), f"dao{number}@example.com") for number in range(CALLERS)]
    time.sleep(1.2)
    answers = at_once(lambda page: join(link, page[0], name="Dao", email=page[1]), pages)
    assert answers == [True] * CALLERS
    assert found(client, [("name", "=", "Dao")])[0] == CALLERS
