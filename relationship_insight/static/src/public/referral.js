// Copying the link, and counting a visit without telling anything about the visitor.
const copy = document.getElementById("copy");
if (copy) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
        const link = document.getElementById("link");
        try {
            await navigator.clipboard.writeText(copy.dataset.url);
        } catch {
            link.select();
            document.execCommand("copy");
        }
        document.getElementById("copied").hidden = false;
    });
}

const form = document.getElementById("referral");
if (form?.dataset.visit) {
    setTimeout(() => {
        const body = new URLSearchParams({ n: form.dataset.visit, step: "visit" });
        fetch(form.action, { method: "POST", body, credentials: "omit" }).catch(() => {});
    }, 1500);
}
