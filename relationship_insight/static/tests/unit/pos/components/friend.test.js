import { expect, test } from "@odoo/hoot";
import { animationFrame, click, edit, press, runAllTimers } from "@odoo/hoot-dom";
import { mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { ControlButtons } from "@point_of_sale/app/screens/product_screen/control_buttons/control_buttons";
import { BarcodeReader } from "@point_of_sale/app/services/barcode_reader_service";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";

definePosModels();

const LINK = "https://shop.example.com/referral/Zx9_abcdefghijklmnop-qrs";

/** What the till sends about who brought a customer becomes a step. */
function stepFriends(answer = () => true) {
    onRpc("pos.session", "relationship_store_note", ({ args }) => {
        expect.step(args[1].friend);
        return answer();
    });
}

async function prepare() {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    order.setPartner(store.models["res.partner"].get(3));
    await mountWithCleanup(MainComponentsContainer);
    await mountWithCleanup(ControlButtons);
    return { store, order };
}

async function search(words) {
    await edit(words);
    await runAllTimers();
    await animationFrame();
}

test("one tap asks, one tap answers", async () => {
    onRpc("res.partner", "find_referrers", () => []);
    stepFriends();
    const { store } = await prepare();
    const other = store.models["res.partner"].find((partner) => partner.id !== 3 && partner.name);
    expect(".ri-friend-button").toHaveAttribute("aria-pressed", "false");
    await click(".ri-friend-button");
    await animationFrame();
    expect(".ri-friend-words").toBeFocused();
    await search(other.name.slice(0, 4));
    await click(`.ri-friend-choice:contains(${other.name})`);
    await animationFrame();
    expect(".ri-friend-popup").toHaveCount(0);
    expect(".ri-friend-button").toHaveAttribute("aria-pressed", "true");
    expect.verifySteps([{ id: other.id, name: other.name }]);
});

test("it waits for a customer", async () => {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    await mountWithCleanup(ControlButtons);
    expect(".ri-friend-button").toHaveProperty("disabled", true);
    order.setPartner(store.models["res.partner"].get(3));
    await animationFrame();
    expect(".ri-friend-button").toHaveProperty("disabled", false);
});

test("a code that can't count says why and stays", async () => {
    onRpc("res.partner", "find_referrers", () => []);
    onRpc("pos.session", "relationship_check_code", ({ args }) => {
        expect.step(args.slice(1));
        return { problem: "Nobody has the code" };
    });
    stepFriends();
    await prepare();
    await click(".ri-friend-button");
    await animationFrame();
    await search("acde fghj");
    await click(".ri-friend-code");
    await animationFrame();
    expect(".ri-friend-problem").toHaveText("Nobody has the code");
    expect(".ri-friend-popup").toHaveCount(1);
    expect.verifySteps([["ACDEFGHJ", 3]]);
});

test("a scanner types the link and Enter: that is all", async () => {
    onRpc("res.partner", "find_referrers", () => []);
    onRpc("pos.session", "relationship_check_code", () => ({ name: "Malee", code: "ACDEFGHJ" }));
    stepFriends();
    await prepare();
    await click(".ri-friend-button");
    await animationFrame();
    await search(LINK);
    await press("Enter");
    await animationFrame();
    expect(".ri-friend-popup").toHaveCount(0);
    expect.verifySteps([{ id: false, name: "Malee", code: "ACDEFGHJ" }]);
});

test("a link scanned on the register counts for the order's customer", async () => {
    onRpc("pos.session", "relationship_check_code", () => ({ name: "Malee", code: "ACDEFGHJ" }));
    stepFriends();
    const { store } = await prepare();
    const reader = new BarcodeReader({ parse_barcode: () => expect.step("a product?") }, {});
    reader.register({ referral: ({ code }) => store.scanReferralLink(code) });
    await reader.scan(LINK);
    await animationFrame();
    expect.verifySteps([{ id: false, name: "Malee", code: "ACDEFGHJ" }]);
    expect(".o_notification:contains(was brought by Malee)").toHaveCount(1);
});

test("without the network the code is kept, and sent when it is back", async () => {
    let isOnline = false;
    onRpc("pos.session", "relationship_check_code", () => {
        throw new ConnectionLostError();
    });
    onRpc("pos.session", "relationship_store_note", ({ args }) => {
        if (!isOnline) {
            throw new ConnectionLostError();
        }
        expect.step(args[1].friend);
        return true;
    });
    const { store } = await prepare();
    await store.scanReferralLink(LINK);
    await animationFrame();
    expect.verifySteps([]);
    expect(".ri-friend-button").toHaveAttribute("aria-pressed", "true");
    isOnline = true;
    await store.relationshipNotes.flush();
    expect.verifySteps([{ id: false, name: "Code …", code: LINK }]);
});
