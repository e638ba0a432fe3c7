"""People who walk through the screens: each with a browser, who counts clicks, takes pictures.

Chromium is ``RI_CHROMIUM`` or the first on PATH. Pictures go to the folder of logs, step by step.
"""

import re

from playwright import sync_api

DESKTOP, PHONE = (1280, 900), (390, 844)


def log_in(page, url, login, timeout=None):
    """Log in and wait for the web client; the password is the login."""
    page.goto(f"{url}/web/login")
    page.wait_for_selector("form.oe_login_form:not(.d-none)", timeout=timeout)
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", login)
    page.click("form.oe_login_form button[type=submit]")
    page.wait_for_selector(".o_main_navbar", timeout=timeout)


def call_as(context, url, model, method, args, **kwargs):
    """Call a method of the server as whoever is logged in in a browser's context."""
    response = context.request.post(
        f"{url}/web/dataset/call_kw/{model}/{method}",
        data={
            "jsonrpc": "2.0",
            "method": "call",
            "params": {"model": model, "method": method, "args": args, "kwargs": kwargs},
        },
    )
    answer = response.json()
    assert "error" not in answer, answer
    return answer.get("result")


class Person:
    """Somebody with a browser at one width."""

    def __init__(self, browser, url, pictures, name, size=DESKTOP, locale="th-TH", **options):
        self.url, self.pictures, self.name = url, pictures, name
        self.clicks = self.shots = 0
        self.phone = size == PHONE
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=locale,
            timezone_id="Asia/Bangkok",
            is_mobile=self.phone,
            has_touch=self.phone,
            **options,
        )
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def log_in(self):
        """Log in; the password is the login."""
        log_in(self.page, self.url, self.name)
        return self

    def go(self, path):
        """Open an address, as from a link or a bookmark."""
        self.page.goto(self.url + path)
        return self

    def click(self, selector, text=None):
        """Click what is found, counted as one click or tap."""
        target = self.page.locator(selector)
        if text is not None:
            target = target.filter(has_text=text)
        target.first.click()
        self.clicks += 1

    def write(self, selector, text):
        """Click into a field and write, counted as one click."""
        self.page.locator(selector).first.fill(text)
        self.clicks += 1

    def sees(self, text, within="body", seconds=60):
        """Wait until the text can be read in a part of the page."""
        part = self.page.locator(f"{within}:visible").filter(has_text=text)
        sync_api.expect(part.first).to_be_visible(timeout=1000 * seconds)

    def finds(self, selector, seconds=8):
        """Whether something comes up in time."""
        try:
            self.page.wait_for_selector(selector, timeout=1000 * seconds)
        except sync_api.TimeoutError:
            return False
        return True

    def sees_not(self, text, within="body"):
        sync_api.expect(self.page.locator(within).filter(has_text=text)).to_have_count(0)

    def picture(self, name):
        """Take a picture once nothing moves any more."""
        self.page.wait_for_timeout(700)
        self.shots += 1
        width = "phone" if self.phone else "desktop"
        self.page.screenshot(path=self.pictures / f"{self.name}-{width}-{self.shots:02}-{name}.png")

    def leave(self):
        """Close the browser; a script that failed on the way fails the walk."""
        self.context.close()
        assert not self.errors, self.errors


class Customer(Person):
    """Somebody who answers a survey by its link, without a login."""

    def answer(self, link, cells, scales):
        """Answer every page: `cells` are {row: column} of the tables, `scales` numbers in turn."""
        scales = iter(scales)
        self.page.goto(re.sub(r"^https?://[^/]+", self.url, link))
        self.click("button[value=start]")
        while not self.page.locator(".o_survey_finished").count():
            self.page.wait_for_selector(".o_survey_form .js_question-wrapper")
            for question in self.page.locator(".js_question-wrapper:visible").all():
                self._answer(question, cells, scales)
            self.picture("page")
            title = self.page.locator(".o_survey_form_content").inner_text()
            last = self.page.locator("button[value=finish]:visible").count()
            self.click("button[type=submit]:visible")
            if last:
                self.click(".modal footer .btn-primary")
            self.page.wait_for_function(
                """before => document.querySelector(".o_survey_finished")
                    || document.querySelector(".o_survey_form_content").innerText !== before""",
                arg=title,
            )
            self.page.wait_for_timeout(600)  # the pages fade into each other
        assert next(scales, None) is None, "a scale was not asked"

    def _answer(self, question, cells, scales):
        columns = [each.strip() for each in question.locator("thead th").all_inner_texts()]
        for row in question.locator("tbody tr").all():
            column = cells.get(row.locator("th").inner_text().strip())
            if column:
                row.locator("td").nth(columns.index(column) - 1).click()
                self.clicks += 1
        if question.locator("[data-question-type=scale]").count():
            question.locator(f"label[for$='_{next(scales)}']").first.click()
            self.clicks += 1
