/**
 * What was answered on a tablet is kept here until the network is back, each visitor's by itself:
 * the page's signature and the visitor's number make one row of it, however often it is sent.
 */
const RETRY = 30_000;
const KEPT = "tablet:";
const outbox = new Map();
let sending = null;

globalThis.outbox = { keep, parse, send };
load();
addEventListener("online", send);
setInterval(send, RETRY);
send();

function load() {
    try {
        for (const key of Object.keys(localStorage).sort()) {
            if (key.startsWith(KEPT)) {
                outbox.set(key, JSON.parse(localStorage.getItem(key)));
            }
        }
    } catch {
        // Without a store the answers are still in the page.
    }
}

function keep(action, pairs) {
    const time = String(Date.now()).padStart(15, "0");
    const key = `${KEPT}${time}:${String(outbox.size).padStart(4, "0")}:${Math.random()}`;
    const item = { action, pairs: pairs.map(([name, value]) => [name, String(value)]) };
    store(key, item);
    return item;
}

function store(key, item) {
    outbox.set(key, item);
    try {
        localStorage.setItem(key, JSON.stringify(item));
    } catch {
        // As above.
    }
}

function drop(key) {
    outbox.delete(key);
    try {
        localStorage.removeItem(key);
    } catch {
        // As above.
    }
}

function send() {
    sending ??= sendAll().finally(() => (sending = null));
    return sending;
}

async function sendAll() {
    for (const [key, item] of outbox) {
        try {
            let told = await deliver(item);
            if (told.n) {
                renew(item, told.n);
                told = await deliver(item);
            }
            if (!told.n) {
                item.told = told;
                drop(key);
            }
        } catch (error) {
            if (!error.ours) {
                return;
            }
        }
    }
}

/** The page was open for too long: all that this visitor said gets one new signature. */
function renew({ pairs }, n) {
    const get = (from, name) => from.find((pair) => pair[0] === name)?.[1];
    const [old, number] = [get(pairs, "n"), get(pairs, "visit")];
    for (const [key, item] of outbox) {
        if (get(item.pairs, "n") === old && get(item.pairs, "visit") === number) {
            for (const pair of item.pairs) {
                pair[1] = { n, at: "0" }[pair[0]] ?? pair[1];
            }
            store(key, item);
        }
    }
}

/** Return what became of it: the page that follows, or what the server said. */
async function deliver({ action, pairs }) {
    const answer = await fetch(action, {
        method: "POST",
        body: new URLSearchParams(pairs),
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(20_000),
    });
    const text = await answer.text();
    if (answer.headers.get("Content-Type")?.includes("json") && answer.status < 429) {
        return JSON.parse(text);
    }
    const page = parse(text);
    const thanks = new URL(answer.url).pathname.startsWith("/pulse/thanks/");
    if (!answer.ok || !(thanks || page.getElementById("pulse"))) {
        // Not the page: something on the way answered, or the server has no time.
        throw Object.assign(new Error(answer.status), { ours: true });
    }
    return { page };
}

function parse(text) {
    return new DOMParser().parseFromString(text, "text/html");
}
