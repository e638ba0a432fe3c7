import re

from odoo.tests import tagged

from .common_pulse import PulseCase

WEIGHT = 60_000


@tagged("post_install", "-at_install")
class TestPulse(PulseCase):
    """One customer's page: what it stores, and what it never stores."""

    def test_invitation_follows_its_contact_to_another_customer(self):
        invitation = self._invite()
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.partner.parent_id = firm
        self.assertEqual(invitation.commercial_partner_id, firm)

    def test_get_and_head_store_nothing(self):
        invitation = self._invite()
        before = self._counts()
        path = self._path(invitation._get_answer_url(self._measure("M04"), "5"))
        for _turn in range(3):
            self.assertEqual(self._get(path).status_code, 200)
        with self.subTest("HEAD"):
            answer = self.opener.head(self.base_url() + path, timeout=20)
            self.assertEqual((answer.status_code, answer.content), (200, b""))
        self.assertEqual(self._counts(), before)

    def test_every_shipped_pulse_opens_with_all_its_questions(self):
        for instrument in self.env["relationship.instrument"].search([("kind", "=", "pulse")]):
            version = instrument.version_ids.sorted("number")[-1:]
            measures = version.item_ids._get_measures()
            for item in version.item_ids:
                self.assertTrue(item._get_measures(), item.measure_id.code)
            campaign = self._make_campaign(
                f"all_{instrument.id}", *version.item_ids.mapped("measure_id.code")
            )
            page = self._get(self._path(self._invite(campaign)._get_answer_url()))
            self.assertEqual(page.status_code, 200, instrument.name)
            for measure in measures.filtered(lambda m: m.kind != "awareness"):
                self.assertIn(f'name="{measure.code}', page.text, instrument.name)

    def _measure(self, code):
        return self.env["relationship.measure"].search([("code", "=", code)])

    def test_answers_become_readings_at_once(self):
        staff = self.env["res.partner"].create({"name": "Nok"})
        campaign = self._make_campaign("bond", "M04", "M08E_pleasure")
        invitation = self._invite(campaign, staff_id=staff.id, lang="th_TH")
        path = invitation._get_answer_url()
        nonce = self._nonce(path)
        self.env.cr.execute("DELETE FROM relationship_refresh_queue")
        self.assertEqual(self._tap(path, nonce, M04=4), (200, {"saved": ["M04"], "refused": []}))
        self._tap(path, nonce, M08E_pleasure=7)
        self.env.invalidate_all()
        reading, rapport = invitation.reading_ids.sorted("measure_id")[::-1].sorted(
            lambda r: r.measure_id.code
        )
        self.assertRecordValues(
            reading,
            [
                {
                    "partner_id": self.partner.id,
                    "origin": "pulse",
                    "channel": "email",
                    "value": 4,
                    "lang": "th_TH",
                    "version": self._measure("M04").version,
                    "invitation_id": invitation.id,
                    "staff_id": False,
                }
            ],
        )
        self.assertEqual(rapport.staff_id, staff)
        self.assertEqual(invitation.state, "started")
        self.assertTrue(invitation.date_start)
        queued = self.env["relationship.refresh.queue"].search([])
        self.assertIn(
            self.partner.commercial_partner_id.id, queued.mapped("commercial_partner_ref")
        )

    def test_answer_tapped_in_the_mail_is_chosen_but_not_stored(self):
        invitation = self._invite()
        page = self._load(invitation._get_answer_url(self._measure("M04"), "5"))
        checked = page.xpath("//input[@type='radio'][@checked]")
        self.assertEqual([(i.get("name"), i.get("value")) for i in checked], [("M04", "5")])
        self.assertFalse(self._answers(invitation))

    def test_wrong_choice_in_a_link_is_ignored(self):
        path = self._path(self._invite()._get_answer_url())
        for query in (
            "?m=M04&v=99",
            "?m=M10&v=5",
            "?m=M04&v=x",
            "?m=M99&v=1",
            "?m=M03_why&v=1",
            "?m=M04&v=",
            "?m=%00&v=%00",
            "?lang=xx_XX",
            "?lang=%ff",
            "?m[]=M04",
        ):
            with self.subTest(query):
                self.assertFalse(self._load(path + query).xpath("//input[@checked]"))

    def test_partial_is_resumed_on_another_device(self):
        invitation = self._invite()
        path = invitation._get_answer_url()
        self._tap(path, self._nonce(path), M04=2)
        page = self._load(path)
        self.assertEqual(page.xpath("//input[@name='M04'][@checked]/@value"), ["2"])
        self.assertEqual(page.xpath("//section/@data-answered"), ["1"])
        self._tap(path, page.xpath("//input[@name='n']/@value")[0], M10_honest=6)
        self.assertEqual(self._answers(invitation), {"M04": 2, "M10_honest": 6})

    def test_later_answer_counts_whichever_arrives_first(self):
        invitation = self._invite()
        path = invitation._get_answer_url()
        nonce = self._nonce(path)
        self._tap(path, nonce, at=4000, M04=5)
        self._tap(path, nonce, at=3000, M04=1)
        self.assertEqual(self._answers(invitation), {"M04": 5})
        self._tap(path, nonce, at=4500, M04=3)
        self.assertEqual(self._answers(invitation), {"M04": 3})
        voided = self.env["relationship.reading"].search(
            [("invitation_id", "=", invitation.id), ("voided", "=", True)]
        )
        self.assertEqual(voided.mapped("value"), [5])
        self.assertEqual(voided.void_reason, "Answered anew on the page")

    def test_double_submit_is_one_row(self):
        invitation = self._invite()
        path = invitation._get_answer_url()
        nonce = self._nonce(path)
        for _turn in range(3):
            self._tap(path, nonce, M04=4)
        self.assertEqual(len(invitation.reading_ids), 1)

    def test_scanner_posts_change_nothing_before_and_after_the_human(self):
        invitation, other = self._invite(), self._invite(source_key="other")
        path = invitation._get_answer_url(self._measure("M04"), "1")
        fresh = self._load(other._get_answer_url()).xpath("//input[@name='n']/@value")[0]
        corpus = [
            {},
            {"M04": 1},
            {"M04": 1, "step": "done"},
            {"M04": 1, "n": ""},
            {"M04": 1, "n": "A" * 43, "step": "done"},
            {"M04": 1, "n": fresh, "step": "done"},
            {"M04": 1, "n": fresh, "at": 9000, "tap": 1},
            {"List-Unsubscribe": "One-Click"},
            {"step": "open"},
        ]

        def scan():
            for data in corpus:
                for script in (False, True):
                    self.assertIn(self._post(path, data, script).status_code, (200, 404, 409))
            # All links of the mail within a second, and the form of the page at once.
            for value in range(1, 6):
                self._get(invitation._get_answer_url(self._measure("M04"), str(value)))
            answer = self._get(path)
            if answer.status_code == 200:
                nonce = answer.text.split('name="n" value="')[1].split('"')[0]
                self._post(path, {"n": nonce, "M04": 1, "step": "done"})

        scan()
        self.assertFalse(self._answers(invitation))
        self.assertEqual(invitation.state, "sent")
        nonce = self._nonce(path)
        human = {"n": nonce, "at": 3000, "tap": 1, "M04": 4, "M10_honest": 7, "step": "done"}
        self.assertEqual(self._post(path, human).status_code, 303)
        self.assertEqual(self._answers(invitation), {"M04": 4, "M10_honest": 7})
        stored = self._counts()
        scan()
        self._post(path, {**human, "M04": 1})
        self._post(path, {**human, "M04": 1, "at": 4900})
        self.assertEqual(self._answers(invitation), {"M04": 4, "M10_honest": 7})
        self.assertFalse(self._answers(other))
        drop = ("relationship_rate_limit",)
        self.assertEqual(
            [row for row in self._counts() if row[0] not in drop],
            [row for row in stored if row[0] not in drop],
        )

    def test_page_works_without_javascript(self):
        invitation = self._invite()
        path = invitation._get_answer_url()
        page = self._load(path)
        form = page.get_element_by_id("pulse")
        self.assertEqual(form.method.lower(), "post")
        self.assertTrue(page.xpath("//button[@type='submit'][@name='step'][@value='done']"))
        data = {
            "n": page.xpath("//input[@name='n']/@value")[0],
            "M04": "na",
            "M10_honest": "5",
            "M03_why": " Good <b>people</b>\x00 ",
            "step": "done",
        }
        answer = self._post(form.action, data)
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(
            self._answers(invitation),
            {"M04": "na", "M10_honest": 5, "M03_why": "Good <b>people</b>"},
        )
        self.assertEqual(invitation.state, "done")
        thanks = self._load(answer.headers["Location"])
        self.assertIn("Thank you", thanks.text_content())

    def test_mistakes_are_shown_and_nothing_typed_is_lost(self):
        invitation = self._invite()
        path = invitation._get_answer_url()
        answer = self._post(
            path,
            {
                "n": self._nonce(path),
                "step": "done",
                "M04": "17",
                "M10_honest": "",
                "M03_why": "Kind",
            },
        )
        self.assertEqual(answer.status_code, 200)
        self.assertIn("Please answer the marked question", answer.text)
        self.assertIn("Kind</textarea>", answer.text)
        self.assertEqual(invitation.state, "started")
        other = self._invite()
        path = other._get_answer_url()
        empty = self._post(path, {"n": self._nonce(path), "step": "done"})
        self.assertIn("One answer is enough", empty.text)
        self.assertEqual(other.state, "sent")

    def test_links_that_open_nothing_look_alike(self):
        done = self._invite()
        done._mark_done()
        paths = {
            "used": self._path(done._get_answer_url()),
            "expired": self._path(
                self._invite(date_expire="2020-01-01 00:00:00")._get_answer_url()
            ),
            "cancelled": self._path(self._invite(state="cancelled")._get_answer_url()),
            "guessed": "/pulse/" + "A" * 32,
            "short": "/pulse/x",
            "long": "/pulse/" + "a" * 900,
            "not UTF-8": "/pulse/%ff%fe%fd%00aaaaaaaaaaaaaa",
            "a NUL": "/pulse/%00" + "a" * 30,
            "of another kind": "/pulse/" + self._invite()._seal("unsubscribe"),
            "foreign seal": "/pulse/preferences/" + self._invite()._seal("unsubscribe"),
            "guessed seal": "/pulse/unsubscribe/" + "A" * 32,
            "unfinished": "/pulse/thanks/" + self._invite()._seal("thanks"),
        }
        revoked = self._invite()
        paths["revoked"] = self._path(revoked._get_preferences_url())
        revoked._revoke_links()
        pages = {}
        for name, path in paths.items():
            with self.subTest(name):
                answer = self._get(path)
                self.assertEqual(answer.status_code, 404)
                self.assertIn("nothing to answer here any more", answer.text)
                # The links to the other languages hold the address itself.
                pages[name] = re.sub(r'href="/pulse/[^"]*"', "", answer.text)
        self.assertEqual(len(set(pages.values())), 1)
        for path in paths.values():
            self.assertIn(self._post(path, {"M04": "5", "step": "done"}).status_code, (404,))
        self.assertFalse(
            self.env["relationship.reading"].search_count(
                [("invitation_id", "!=", False), ("partner_id", "=", self.partner.id)]
            )
        )

    def test_strange_input(self):
        invitation = self._invite()
        path = self._path(invitation._get_answer_url())

        def human():
            return {"n": self._nonce(path), "at": 2000, "tap": 1, "step": "save"}

        def encoded(data):
            return "&".join(f"{key}={value}" for key, value in data.items()).encode()

        form = {"Content-Type": "application/x-www-form-urlencoded"}
        corpus = [
            (b"M03_why=%ff%fe&" + encoded(human()), form),
            (b"M03_why=\xff\xfe&" + encoded(human()), form),
            (b"M03_why=" + b"x" * 70_000 + b"&" + encoded(human()), form),
            (b'{"M04": 5}', {"Content-Type": "application/json"}),
            (b"<M04>5</M04>", {"Content-Type": "text/xml"}),
            (
                b'--x\r\nContent-Disposition: form-data; name="M04"\r\n\r\n5',
                {"Content-Type": "multipart/form-data; boundary=x"},
            ),
            (b"\x00" * 500, {"Content-Type": "application/octet-stream"}),
            (b"M04=5&M04=1" + b"&a=1" * 2000, form),
            (encoded({**human(), "M04": "nan"}), form),
            (encoded({**human(), "M04": "1e9"}), form),
            (encoded({**human(), "M04": "-1"}), form),
            (encoded({**human(), "M04": "2.5"}), form),
            (encoded({**human(), "M04": "٣"}), form),
            (encoded({**human(), "M99": "5"}), form),
            (encoded({**human(), "M04": "5' OR 1=1"}), form),
            (encoded({**human(), "at": "9" * 40, "M04": "nan"}), form),
        ]
        for body, headers in corpus:
            with self.subTest(body[:40]):
                answer = self._post(path, body, headers=headers)
                self.assertIn(answer.status_code, (200, 400, 404, 413, 415))
                self.assertNotIn("Traceback", answer.text)
        self.assertFalse(self._answers(invitation))

    def test_text_is_cut_and_escaped(self):
        invitation = self._invite()
        path = invitation._get_answer_url()
        self._tap(path, self._nonce(path), M03_why="<script>alert(1)</script>" + "ดี" * 3000)
        text = self._answers(invitation)["M03_why"]
        self.assertEqual(len(text), 2000)
        page = self._get(path).text
        self.assertNotIn("<script>alert", page)
        self.assertIn("&lt;script&gt;alert", page)

    def test_headers_and_no_cookie(self):
        answer = self._get(self._invite()._get_answer_url())
        policy = answer.headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        for name, value in (
            ("Referrer-Policy", "no-referrer"),
            ("X-Frame-Options", "DENY"),
            ("X-Content-Type-Options", "nosniff"),
        ):
            self.assertEqual(answer.headers[name], value)
        self.assertIn("noindex", answer.headers["X-Robots-Tag"])
        self.assertIn("no-store", answer.headers["Cache-Control"])
        self.assertNotIn("Set-Cookie", answer.headers)
        page = answer.text
        self.assertNotIn(" style=", page)
        self.assertNotIn(" onclick", page)
        self.assertNotIn("/web/assets", page)

    def test_weight_of_the_largest_page(self):
        campaign = self._make_campaign(
            "all",
            "M06",
            "M04",
            "M01",
            "M07_tell",
            "M08E_pleasure",
            "M16",
            "M03",
            "M18",
            "M19",
            "M03_why",
            "M17_good",
            "M10_honest",
        )
        page = self._load(self._invite(campaign)._get_answer_url())
        parts = page.xpath(
            "//script/@src | //link/@href[not(starts-with(., 'data:'))] | //img/@src"
        )
        self.assertEqual(len(parts), 2)
        wire = 0
        for path in (self._invite(campaign)._get_answer_url(), *parts):
            answer = self._get(path)
            self.assertIn(
                "no-store" if "/pulse/" in path else "max-age", answer.headers["Cache-Control"]
            )
            wire += int(answer.headers["Content-Length"]) + len(str(answer.headers))
        self.assertLess(wire, WEIGHT)
        for campaign in (self.campaign, self._make_campaign("feel", "M01", "M06", "M03")):
            plain = self._get(
                self._invite(campaign)._get_answer_url(), headers={"Accept-Encoding": ""}
            )
            self.assertNotIn("Content-Encoding", plain.headers)
            raw = len(plain.content) + sum(len(self._get(path).content) for path in parts)
            self.assertLess(raw, WEIGHT)

    def test_labels_for_screen_readers(self):
        campaign = self._make_campaign(
            "labels", "M06", "M04", "M01", "M16", "M18", "M03_why", "M17_good"
        )
        page = self._load(self._invite(campaign)._get_answer_url())
        self.assertEqual(page.get("lang"), "en-US")
        self.assertEqual(page.get("dir"), "ltr")
        for field in page.xpath("//input[not(@type='hidden')] | //textarea | //select"):
            named = (
                field.get("aria-label")
                or field.xpath("ancestor::label[normalize-space()]")
                or page.xpath(f"//label[@for='{field.get('id')}']")
            )
            self.assertTrue(named, field.attrib)
        for group in page.xpath("//*[@role='group']"):
            self.assertTrue(page.get_element_by_id(group.get("aria-labelledby")).text_content())
        for fieldset in page.xpath("//fieldset"):
            self.assertTrue(fieldset.xpath("./legend")[0].text_content().strip())
        self.assertTrue(page.xpath("//main[@id='content']") and page.xpath("//h1"))
        for drawing in page.xpath("//svg"):
            self.assertEqual(drawing.get("aria-hidden"), "true")

    def test_language_of_invitation_wish_and_link(self):
        invitation = self._invite(lang="th_TH")
        path = self._path(invitation._get_answer_url())
        self.assertEqual(self._load(path).get("lang"), "th-TH")
        self.assertEqual(self._load(path + "?lang=en_US").get("lang"), "en-US")
        self.env["relationship.contact.preference"].create(
            {"partner_id": self.partner.id, "lang": "en_US"}
        )
        self.assertEqual(self._load(path).get("lang"), "en-US")

    def test_right_to_left(self):
        self.env["res.lang"]._activate_lang("ar_001")
        page = self._load(self._path(self._invite()._get_answer_url()) + "?lang=ar_001")
        self.assertEqual((page.get("dir"), page.get("lang")), ("rtl", "ar-001"))

    def test_too_much_from_one_place(self):
        invitation = self._invite()
        path = invitation._get_answer_url()
        self.env["ir.config_parameter"].set_param("relationship_insight.limit_link", "3")
        nonce = self._nonce(path)
        statuses = [self._tap(path, nonce, M04=4)[0] for _turn in range(5)]
        self.assertEqual(statuses, [200, 200, 200, 429, 429])
        answer = self._post(path, {"n": nonce, "M04": 4, "step": "done"})
        self.assertEqual(answer.status_code, 429)
        self.assertIn("try again in a few minutes", answer.text)
        self.assertEqual(self._get(path).status_code, 200)
        self.env["ir.config_parameter"].set_param("relationship_insight.limit_guess", "2")
        statuses = [self._get("/pulse/" + "B" * 32).status_code for _turn in range(4)]
        self.assertEqual(statuses, [404, 404, 429, 429])

    def test_human_opening_is_told_apart(self):
        invitation = self._invite()
        path = invitation._get_answer_url()
        nonce = self._nonce(path)
        self._post(path, {"n": nonce, "at": 900, "tap": 1, "step": "open"}, script=True)
        self.env.invalidate_all()
        self.assertEqual(invitation.state, "opened")
        self.assertTrue(invitation.date_open)
        self.assertFalse(invitation.date_start)
