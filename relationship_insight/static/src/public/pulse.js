/**
 * The page works as a plain form. This makes it one card at a time, and saves each answer as it
 * is given. Nothing is sent before a human touches the page.
 */
const form = document.getElementById("pulse");
if (globalThis.tablet) {
    globalThis.tablet.begin(start);
} else if (form) {
    start(form);
}

/** @param visit on a tablet: whose it is, and what ends it */
function start(form, visit = {}) {
    const { signal } = visit;
    const text = form.dataset;
    const cards = [...form.querySelectorAll(".card")];
    const ticks = [...form.querySelectorAll(".progress i")];
    const [back, next, status, place] = ["back", "next", "status", "place"].map((id) =>
        document.getElementById(id)
    );
    const store = `pulse:${location.pathname}`;
    const waiting = new Map();
    let touched = false;
    let submitted = false;
    let closed = false;
    let sending = null;
    let last = Promise.resolve();
    let opening = null;
    let loaded = visit.loaded || 0;
    let current = 0;

    document.documentElement.classList.add("js");
    const kept = restore();
    cards.forEach(dress);
    const open = cards.findIndex((card) => !card.dataset.answered);
    const chosen = cards.findIndex((card) => card.dataset.chosen);
    show(chosen >= 0 ? chosen : Math.max(open, 0), "", false);
    for (const type of ["pointerdown", "keydown", "touchstart"]) {
        addEventListener(type, (event) => event.isTrusted && touch(), { passive: true, signal });
    }
    addEventListener("online", () => touched && flush(), { signal });
    if (kept) {
        say(text.kept);
    }

    function touch() {
        if (touched) {
            return;
        }
        touched = true;
        // Programs that open links never come here: this is how a human opening it is told apart.
        // The first answer says so too.
        opening = setTimeout(tellOpen, 5000);
        addEventListener("pagehide", tellOpen, { signal });
        if (waiting.size) {
            flush();
        }
    }

    function tellOpen() {
        if (opening) {
            stopOpening();
            post({ step: "open", at: now() }).catch(() => {});
        }
    }

    function stopOpening() {
        clearTimeout(opening);
        opening = null;
    }

    /** What a card would send; [] while nothing is answered on it. */
    function values(card) {
        const pairs = [...card.querySelectorAll("[name]")]
            .filter((input) => !/radio|checkbox/.test(input.type) || input.checked)
            .map((input) => [input.name, input.value])
            .filter(([, value]) => value !== "");
        return pairs.some(([name]) => name !== "felt") ? pairs : [];
    }

    function save(card) {
        const pairs = values(card);
        const short = card.dataset.widget === "tokens" && left(card) > 0;
        const felt = card.querySelector("[name=felt]");
        if (submitted || closed || !touched || short) {
            return;
        }
        const known = pairs.length ? JSON.stringify(pairs) : "";
        if (card.dataset.known === known || !(pairs.length || felt)) {
            return;
        }
        card.dataset.known = known;
        delete card.dataset.wrong;
        card.removeAttribute("aria-invalid");
        stopOpening();
        waiting.set(card.id, {
            pairs: pairs.length ? pairs : [["felt", felt.value]],
            at: now(),
            n: form.elements.n.value,
        });
        flush();
    }

    function now() {
        return Math.round(performance.now() - loaded);
    }

    /** Send what waits, one after the other; what fails stays and is sent again. */
    function flush() {
        if (!waiting.size) {
            return Promise.resolve(true);
        }
        sending ??= (async () => {
            let refused = false;
            try {
                say(text.saving);
                while (waiting.size) {
                    const [id, item] = waiting.entries().next().value;
                    keep();
                    const wrong = await deliver(id, item);
                    refused ||= wrong;
                }
                if (!refused && !closed) {
                    say(text.saved);
                }
                return !refused && !closed;
            } catch (error) {
                say(error.busy ? text.busy : text.offline, error.busy);
                setTimeout(() => waiting.size && flush(), error.busy ? 15000 : 5000);
                return false;
            } finally {
                keep();
                sending = null;
            }
        })();
        return sending;
    }

    /** Send one card; return whether it can't be stored. */
    async function deliver(id, item) {
        const answer = await post({ step: "save", at: item.at, n: item.n }, item.pairs);
        const told = await answer.json().catch(() => ({}));
        if (answer.status === 409 && told.n && !item.renewed) {
            // The page was open for days: with a new signature the same answer is taken.
            form.elements.n.value = item.n = told.n;
            loaded = performance.now();
            Object.assign(item, { at: 0, renewed: true });
            return false;
        }
        if (waiting.get(id) === item) {
            waiting.delete(id);
        }
        if (answer.status === 404) {
            closed = true;
            waiting.clear();
            say(text.closed, true);
            return false;
        }
        if (!answer.ok || told.refused?.length) {
            const card = document.getElementById(id);
            card.dataset.known = card.dataset.wrong = JSON.stringify(item.pairs);
            card.setAttribute("aria-invalid", "true");
            say(answer.status === 409 ? text.again : text.bad, true);
            return true;
        }
        return false;
    }

    /** Requests of one page never overlap: they would be in each other's way. */
    function post(fields, pairs) {
        last = last.catch(() => {}).then(() => request(fields, pairs));
        return last;
    }

    async function request(fields, pairs = []) {
        const body = new URLSearchParams(pairs);
        const known = { n: form.elements.n.value, tap: 1, ...visit.fields };
        for (const [name, value] of Object.entries({ ...known, ...fields })) {
            body.append(name, value);
        }
        const answer = await fetch(form.action, {
            method: "POST",
            body,
            headers: { Accept: "application/json" },
            keepalive: true,
        });
        if (answer.status >= 500 || answer.status === 429) {
            throw Object.assign(new Error(answer.status), { busy: true });
        }
        return answer;
    }

    function keep() {
        if (text.kiosk) {
            return;
        }
        try {
            const items = [...waiting];
            if (items.length) {
                localStorage.setItem(store, JSON.stringify(items));
            } else {
                localStorage.removeItem(store);
            }
        } catch {
            // Private windows have no storage: the answers are still in the page.
        }
    }

    function restore() {
        try {
            for (const [id, item] of JSON.parse(localStorage.getItem(store)) || []) {
                waiting.set(id, { ...item, renewed: false });
                fillIn(document.getElementById(id), item.pairs);
            }
        } catch {
            return false;
        }
        return waiting.size > 0;
    }

    function fillIn(card, pairs) {
        const left = [...pairs];
        for (const input of card?.querySelectorAll("[name]") || []) {
            const tick = /radio|checkbox/.test(input.type);
            const place = left.findIndex(
                ([name, value]) => name === input.name && (!tick || value === input.value)
            );
            const [found] = place < 0 ? [] : left.splice(place, 1);
            if (tick) {
                input.checked = Boolean(found);
            } else if (found) {
                input.value = found[1];
            }
        }
    }

    function say(words, bad = false) {
        status.textContent = words;
        status.classList.toggle("bad", bad);
    }

    function show(index, direction, focus = true) {
        current = index;
        cards.forEach((card, i) => {
            card.hidden = i !== index;
            card.classList.remove("enter", "back");
        });
        ticks.forEach((tick, i) => tick.classList.toggle("on", i <= index));
        if (direction) {
            cards[index].classList.add(direction);
        }
        back.hidden = index === 0;
        place.textContent = text.place
            .replace("%(number)s", index + 1)
            .replace("%(total)s", cards.length);
        label();
        if (focus) {
            const first = cards[index].querySelector("legend, .question");
            first.tabIndex = -1;
            first.focus({ preventScroll: true });
            scrollTo({ top: 0, behavior: "instant" });
        }
    }

    function label() {
        const card = cards[current];
        const given = values(card).length > 0;
        const last = current === cards.length - 1;
        const tapped = given && card.dataset.chosen && !card.dataset.changed;
        next.textContent = tapped ? text.yes : last ? text.send : given ? text.next : text.skip;
        next.classList.toggle("main", given || last);
    }

    async function go() {
        const card = cards[current];
        save(card);
        if (current < cards.length - 1) {
            show(current + 1, "enter");
            return;
        }
        if (visit.finish) {
            return visit.finish(last);
        }
        next.disabled = true;
        // The last answer may still be on its way: one tap is enough all the same.
        stopOpening();
        await last.catch(() => {});
        while (waiting.size || sending) {
            if (!(await (sending || flush()))) {
                break;
            }
        }
        const wrong = cards.findIndex((each) => each.dataset.wrong);
        if (waiting.size) {
            next.disabled = false;
            return;
        }
        if (closed || wrong >= 0) {
            next.disabled = false;
            say(closed ? text.closed : text.bad, true);
            return closed ? undefined : show(wrong, "back");
        }
        const step = document.createElement("input");
        Object.assign(step, { type: "hidden", name: "step", value: "done" });
        const at = document.createElement("input");
        Object.assign(at, { type: "hidden", name: "at", value: now() });
        form.append(step, at);
        submitted = true;
        form.submit();
    }

    next.addEventListener("click", (event) => event.isTrusted && go());
    back.addEventListener("click", () => {
        save(cards[current]);
        show(current - 1, "back");
    });
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        go();
    });
    addEventListener("pageshow", (event) => event.persisted && (next.disabled = false), { signal });
    return leave;

    /** End this visit; return what of it is still to be sent. */
    function leave() {
        save(cards[current]);
        stopOpening();
        closed = true;
        const left = [...waiting.values()];
        waiting.clear();
        return left;
    }

    /** Make a card feel alive: words for faces, coins for tokens, lines for names. */
    function dress(card) {
        const kind = card.dataset.widget;
        card.dataset.known = card.dataset.answered ? JSON.stringify(values(card)) : "";
        const words = () => {
            for (const set of card.querySelectorAll("fieldset")) {
                const chosen = set.querySelector(":checked");
                const spot = set.querySelector(".said, .often");
                if (spot) {
                    spot.textContent = (chosen && chosen.dataset.word) || "";
                }
            }
        };
        words();
        let pointer = false;
        let timer = null;
        card.addEventListener("pointerdown", () => (pointer = true));
        card.addEventListener("keydown", (event) => {
            pointer = false;
            if (event.key === "Enter" && event.target.matches("input:not([type=submit])")) {
                event.preventDefault();
                go();
            }
        });
        card.addEventListener("change", (event) => {
            if (kind === "felt") {
                const none = card.querySelector("[name=nothing]");
                for (const box of card.querySelectorAll("[type=checkbox]")) {
                    const other = (box === none) !== (event.target === none);
                    box.checked &&= !(other && event.target.checked);
                }
            }
            card.dataset.changed = "1";
            words();
            label();
            clearTimeout(timer);
            // With arrow keys one passes through answers: only where one stays is an answer.
            timer = setTimeout(() => save(card), pointer ? 0 : 700);
        });
        card.addEventListener("input", label);
        if (["faces", "steps", "numbers"].includes(kind)) {
            card.addEventListener("click", (event) => {
                const quick =
                    pointer && event.isTrusted && event.target.matches("input[type=radio]");
                if (quick && current < cards.length - 1) {
                    setTimeout(() => cards[current] === card && go(), 420);
                }
            });
        }
        if (kind === "tokens") {
            tokens(card);
        }
        const more = card.querySelector("[data-more]");
        more?.addEventListener("click", () => {
            const lines = card.querySelectorAll(".names li");
            const line = lines[lines.length - 1].cloneNode(true);
            const input = line.querySelector("input");
            input.value = "";
            input.setAttribute(
                "aria-label",
                input.getAttribute("aria-label").replace(/\d+$/, lines.length + 1)
            );
            card.querySelector(".names").append(line);
            input.focus();
            more.hidden = lines.length >= 9;
        });
    }

    function left(card) {
        const total = Number(card.querySelector(".reasons").dataset.total);
        const inputs = card.querySelectorAll(".reason input");
        return total - [...inputs].reduce((sum, input) => sum + Number(input.value || 0), 0);
    }

    function tokens(card) {
        const purse = card.querySelector(".purse");
        const live = card.querySelector("[aria-live]");
        const total = Number(card.querySelector(".reasons").dataset.total);
        const coin = (spent) => {
            const item = document.createElement("span");
            item.className = spent ? "coin spent" : "coin";
            return item;
        };
        const rows = [...card.querySelectorAll(".reason")].map((row) => {
            const input = row.querySelector("input");
            const label = row.querySelector("label");
            const name = label.querySelector("span").textContent;
            const add = document.createElement("button");
            add.type = "button";
            add.className = "add";
            add.append(label.querySelector("svg"), label.querySelector("span"));
            const less = document.createElement("button");
            less.type = "button";
            less.className = "round";
            less.textContent = "−";
            input.type = "hidden";
            label.replaceWith(add, input);
            const give = (step) => {
                input.value = Number(input.value || 0) + step || "";
                paint();
                input.dispatchEvent(new Event("change", { bubbles: true }));
                if (step < 0 && !input.value) {
                    add.focus();
                }
            };
            add.addEventListener("click", () => left(card) > 0 && give(1));
            less.addEventListener("click", () => give(-1));
            return { row, input, name, add, less, held: row.querySelector(".held-row") };
        });
        const paint = () => {
            const rest = left(card);
            purse.replaceChildren(...Array.from({ length: total }, (_, i) => coin(i >= rest)));
            const count = document.createElement("b");
            count.textContent = text.left.replace("%1", rest);
            purse.append(count);
            live.textContent = count.textContent;
            for (const { row, input, name, add, less, held } of rows) {
                const given = Number(input.value || 0);
                row.classList.toggle("held", given > 0);
                held.replaceChildren(
                    ...Array.from({ length: given }, () => coin(false)),
                    ...(given ? [less] : [])
                );
                add.setAttribute("aria-label", `${name}: ${text.held.replace("%1", given)} +1`);
                less.setAttribute("aria-label", `${name}: −1`);
                add.setAttribute("aria-disabled", rest > 0 ? "false" : "true");
            }
        };
        paint();
    }
}
