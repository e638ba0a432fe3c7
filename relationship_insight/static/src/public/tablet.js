/**
 * A tablet in the shop: one visitor after the other on a page that is never left, so no way leads
 * back to another's answers, and without a network it is ready for the next one, too.
 */
const QUIET = 30_000;
const SECONDS_TO_ANSWER = 10;
const THANKS = 12_000;
const PATIENCE = 5_000;
const REFRESH = 600_000;

const again = document.getElementById("again");
if (document.getElementById("pulse")) {
    globalThis.tablet = { begin };
} else if (again) {
    setTimeout(() => location.replace(again.href), THANKS);
}

function begin(start) {
    const { keep, parse, send } = globalThis.outbox;
    let home = { page: document.cloneNode(true), loaded: 0, visits: 0 };
    let visit = null;
    let timer = null;
    let asking = null;

    for (const type of ["pointerdown", "keydown", "input", "wheel"]) {
        addEventListener(type, stir, { passive: true, capture: true });
    }
    document.addEventListener("click", follow);
    document.addEventListener("submit", follow);
    addEventListener("pageshow", (event) => event.persisted && arrive());
    setInterval(refresh, REFRESH);
    receive();

    // One visitor after the other

    /** The next visitor: nothing on the page is left of the last one. */
    function arrive() {
        leave();
        receive();
        refresh();
    }

    function receive() {
        visit = { touched: false, n: null, loaded: home.loaded, number: home.visits++ };
        show(home.page);
    }

    function leave() {
        clearTimeout(timer);
        hush();
        settle();
        send();
    }

    /** What was tapped and isn't sent yet stays that visitor's own. */
    function settle() {
        const form = document.getElementById("pulse");
        for (const { pairs, at, n } of visit.leave?.() || []) {
            keep(form.action, [...pairs, ...sign({ step: "save", at, n })]);
        }
        visit.leave = null;
        visit.stop?.abort();
    }

    function sign(fields) {
        return Object.entries({ tap: 1, ...visit.fields, ...fields });
    }

    /** Show a page instead of this one, with the answers that were given on it. */
    function show(page, given = null) {
        const root = document.documentElement;
        visit.stop?.abort();
        visit.stop = new AbortController();
        root.lang = page.documentElement.lang;
        root.dir = page.documentElement.dir;
        document.title = page.title;
        document.body.className = page.body.className;
        document.body.replaceChildren(...document.importNode(page.body, true).childNodes);
        scrollTo({ top: 0, behavior: "instant" });
        const form = document.getElementById("pulse");
        if (!form) {
            return root.classList.remove("js");
        }
        const ours = new URL(form.action).pathname === location.pathname;
        const { loaded, number } = ours ? visit : { loaded: performance.now() };
        if (ours) {
            visit.n ??= form.elements.n.value;
            form.elements.n.value = visit.n;
        }
        visit.fields = ours ? { visit: number } : {};
        if (given) {
            fill(form, given);
        }
        const { signal } = visit.stop;
        visit.leave = start(form, { signal, loaded, fields: visit.fields, finish });
    }

    function fill(form, given) {
        const left = new Map([...given.keys()].map((name) => [name, given.getAll(name)]));
        for (const input of form.querySelectorAll(".card [name]:not([name=felt])")) {
            const values = left.get(input.name) || [];
            const tick = /radio|checkbox/.test(input.type);
            if (tick) {
                input.checked = values.includes(input.value);
            } else {
                input.value = values.shift() ?? "";
            }
            if (tick ? input.checked : input.value) {
                input.closest(".card").dataset.answered = "1";
            }
        }
    }

    /** The last tap: it is kept first and then sent, so that nothing hangs on the network. */
    async function finish(last) {
        const form = document.getElementById("pulse");
        const { next, status } = Object.fromEntries(
            ["next", "status"].map((id) => [id, document.getElementById(id)])
        );
        const given = [...new FormData(form)];
        if (!given.some(([name, value]) => !["n", "felt"].includes(name) && value)) {
            status.textContent = form.dataset.nothing;
            return;
        }
        const mine = visit;
        next.disabled = true;
        const at = Math.round(performance.now() - visit.loaded);
        const item = keep(form.action, [...given, ...sign({ step: "done", at })]);
        visit.leave();
        visit.leave = null;
        await Promise.race([last.catch(() => {}), wait(PATIENCE)]);
        await Promise.race([send(), wait(PATIENCE)]);
        if (visit !== mine) {
            return;
        }
        if (item.told?.page) {
            show(item.told.page);
        } else {
            const kept = document.getElementById("kept").content.cloneNode(true);
            if (item.told) {
                kept.querySelector(".lead").textContent = form.dataset.closed;
            }
            visit.stop.abort();
            document.querySelector("main").replaceChildren(kept);
            document.documentElement.classList.remove("js");
        }
        if (!document.getElementById("pulse")) {
            clearTimeout(timer);
            timer = setTimeout(arrive, THANKS);
        }
    }

    // Links and forms lead to no other page

    async function follow(event) {
        const { target } = event;
        const link = target.closest("a");
        if (event.type === "click" && !link) {
            return;
        }
        if (target.id === "pulse" || link?.hash) {
            return;
        }
        event.preventDefault();
        if (link?.id === "again") {
            return arrive();
        }
        const form = document.getElementById("pulse");
        const given = form && new FormData(form);
        const mine = visit;
        try {
            const answer = link
                ? await fetch(link.href, { headers: { Accept: "text/html" } })
                : await fetch(target.action, {
                      method: "POST",
                      body: new URLSearchParams(new FormData(target, event.submitter)),
                  });
            const page = parse(await answer.text());
            if (visit !== mine || !page.querySelector("main")) {
                return;
            }
            if (form) {
                visit.n = given.get("n");
                settle();
                send();
            }
            show(page, given);
        } catch {
            const status = document.getElementById("status");
            if (status) {
                status.textContent = form.dataset.offline;
            }
        }
    }

    // Quiet

    function stir() {
        if (!asking) {
            visit.touched = true;
            watch();
        }
    }

    function watch() {
        clearTimeout(timer);
        timer = setTimeout(ask, QUIET);
    }

    function ask() {
        if (!document.getElementById("quiet")) {
            document.body.append(home.page.getElementById("quiet").cloneNode(true));
        }
        asking = document.getElementById("quiet");
        const count = asking.querySelector(".count");
        let seconds = SECONDS_TO_ANSWER;
        count.textContent = seconds;
        asking.addEventListener("close", stay, { once: true });
        asking.querySelector("#stay").onclick = () => asking.close();
        asking.querySelector("#anew").onclick = arrive;
        asking.showModal();
        timer = setTimeout(function tick() {
            seconds -= 1;
            count.textContent = seconds;
            timer = seconds ? setTimeout(tick, 1000) : null;
            if (!seconds) {
                arrive();
            }
        }, 1000);
    }

    function stay() {
        asking = null;
        watch();
    }

    function hush() {
        asking?.removeEventListener("close", stay);
        asking?.close();
        asking = null;
    }

    /** Get the page anew while nobody uses it: the questions may have changed. */
    async function refresh() {
        const mine = visit;
        try {
            const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
            const page = parse(await answer.text());
            const asks = page.getElementById("pulse");
            if (!page.querySelector("main") || !(answer.status === 404 || (answer.ok && asks))) {
                return;
            }
            const idle = visit === mine && !visit.touched;
            if (!asks) {
                return idle && show(page);
            }
            if (idle && isNew(page)) {
                return location.replace(location.href);
            }
            home = { page, loaded: performance.now(), visits: 0 };
            if (idle) {
                visit.stop?.abort();
                receive();
            }
        } catch {
            // Without network the page is good as it is.
        }
    }

    function isNew(page) {
        const files = (from) =>
            [...from.querySelectorAll("script[src]")].map((each) => each.getAttribute("src"));
        return String(files(page)) !== String(files(document));
    }

    function wait(time) {
        return new Promise((done) => setTimeout(done, time));
    }
}
