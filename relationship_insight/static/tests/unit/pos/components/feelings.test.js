import { expect, test } from "@odoo/hoot";
import { animationFrame, click, edit, press, queryAllTexts } from "@odoo/hoot-dom";
import { mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { ConnectionLostError } from "@web/core/network/rpc";
import { ControlButtons } from "@point_of_sale/app/screens/product_screen/control_buttons/control_buttons";
import { ReceiptScreen } from "@point_of_sale/app/screens/receipt_screen/receipt_screen";
import { PartnerLine } from "@point_of_sale/app/screens/partner_list/partner_line/partner_line";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";

definePosModels();

async function openFeelings(store) {
    const order = await getFilledOrder(store);
    order.setPartner(store.models["res.partner"].get(3));
    await mountWithCleanup(MainComponentsContainer);
    await mountWithCleanup(ControlButtons);
    await click(".ri-feelings-button");
    await animationFrame();
    return order;
}

test("the button waits for a customer", async () => {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    await mountWithCleanup(ControlButtons);
    expect(".ri-feelings-button").toHaveProperty("disabled", true);
    order.setPartner(store.models["res.partner"].get(3));
    await animationFrame();
    expect(".ri-feelings-button").toHaveProperty("disabled", false);
});

test("the button stays off where feelings could not be loaded", async () => {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    order.setPartner(store.models["res.partner"].get(3));
    store.models["relationship.measure"].deleteMany(store.models["relationship.measure"].getAll());
    await mountWithCleanup(ControlButtons);
    expect(".ri-feelings-button").toHaveProperty("disabled", true);
});

test("two taps note a feeling; a line and Enter add to it", async () => {
    onRpc("pos.session", "relationship_store_note", ({ args }) => {
        const { age, ...values } = args[1];
        expect(age).toBeLessThan(60);
        expect.step(values);
        return true;
    });
    const store = await setupPosEnv();
    const order = await openFeelings(store);
    expect(".modal-title").toHaveText("Note about Administrator");
    expect(queryAllTexts(".ri-word")).toEqual(["Glad", "Cared for", "Annoyed"]);
    await click(".ri-feeling:contains(Glad)");
    await animationFrame();
    expect(".ri-feeling:contains(Glad)").toHaveAttribute("aria-pressed", "true");
    expect(".ri-status").toHaveText("Saved");
    await click(".ri-line");
    await edit("Daughter starts school");
    await press("Enter");
    await animationFrame();
    expect(".ri-feelings-popup").toHaveCount(0);
    const key = `pos:${order.uuid}:3:u${store.user.id}`;
    expect.verifySteps([
        {
            key,
            partner_id: 3,
            order_uuid: order.uuid,
            user_id: store.user.id,
            employee_id: false,
            feelings: [2],
            line: "Daughter starts school",
        },
    ]);
    await click(".ri-feelings-button");
    await animationFrame();
    expect(".ri-feeling:contains(Glad)").toHaveProperty("disabled", true);
    expect(".ri-sent-line").toHaveText("Daughter starts school");
});

test("a tap beside the popup closes it", async () => {
    const store = await setupPosEnv();
    await openFeelings(store);
    await click(".modal");
    await animationFrame();
    expect(".ri-feelings-popup").toHaveCount(0);
});

test("offline it says so and sends when the network is back", async () => {
    let isOffline = true;
    onRpc("pos.session", "relationship_store_note", () => {
        if (isOffline) {
            throw new ConnectionLostError("/web/dataset/call_kw");
        }
        expect.step("stored");
        return true;
    });
    const store = await setupPosEnv();
    store.data.network.offline = true;
    await openFeelings(store);
    await click(".ri-feeling:contains(Annoyed)");
    await animationFrame();
    expect(".ri-status").toHaveText("Saved on this till. It is sent when the network is back.");
    await click(".modal-footer .btn-primary");
    await animationFrame();
    expect(store.relationshipNotes.waiting).toHaveLength(1);
    isOffline = false;
    store.data.network.offline = false;
    window.dispatchEvent(new CustomEvent("pos-network-online"));
    await store.relationshipNotes.flush();
    expect.verifySteps(["stored"]);
    expect(store.relationshipNotes.waiting).toHaveLength(0);
});

test("the receipt offers it when there is a customer", async () => {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    await mountWithCleanup(ReceiptScreen, { props: { orderUuid: order.uuid } });
    expect(".receipt-options .ri-feelings-button").toHaveCount(0);
    order.setPartner(store.models["res.partner"].get(3));
    await animationFrame();
    expect(".receipt-options .ri-feelings-button").toHaveCount(1);
});

test("a customer who buys nothing is noted from the list of customers", async () => {
    onRpc("pos.session", "relationship_store_note", ({ args }) => {
        expect.step([args[1].partner_id, args[1].order_uuid, args[1].feelings]);
        return true;
    });
    const store = await setupPosEnv();
    await mountWithCleanup(MainComponentsContainer);
    await mountWithCleanup(PartnerLine, {
        props: {
            partner: store.models["res.partner"].get(3),
            close: () => {},
            isSelected: false,
            isBalanceDisplayed: false,
            onClickEdit: () => {},
            onClickUnselect: () => {},
            onClickPartner: () => {},
            onClickOrders: () => {},
        },
    });
    await click(".partner-line .fa-bars");
    await animationFrame();
    await click(".dropdown-item:contains(Note a talk)");
    await animationFrame();
    await click(".ri-feeling:contains(Glad)");
    await animationFrame();
    await click(".modal-footer .btn-primary");
    await animationFrame();
    expect.verifySteps([[3, "", [2]]]);
});

test("who brought the customer is found by a few letters and one tap", async () => {
    onRpc("res.partner", "find_referrers", () => []);
    onRpc("pos.session", "relationship_store_note", ({ args }) => {
        expect.step(args[1].friend);
        return true;
    });
    const store = await setupPosEnv();
    await openFeelings(store);
    const other = store.models["res.partner"].find((partner) => partner.id !== 3 && partner.name);
    await click(".ri-friend-words");
    await edit(other.name.slice(0, 4));
    await animationFrame();
    await click(`.ri-friend-choice:contains(${other.name})`);
    await animationFrame();
    expect(".ri-friend-chosen").toHaveText(new RegExp(`Brought by ${other.name}`));
    await click(".modal-footer .btn-primary");
    await animationFrame();
    expect.verifySteps([{ id: other.id, name: other.name }]);
});

test("the line is remembered as what a chip says; purpose and promise go along", async () => {
    onRpc("pos.session", "relationship_store_note", ({ args }) => {
        const { line, kind, purpose, promise, promise_date, visibility } = args[1];
        expect.step({ line, kind, purpose, promise, promise_date, visibility });
        return true;
    });
    const store = await setupPosEnv();
    await openFeelings(store);
    expect(".ri-kinds").toHaveCount(0);
    await click(".ri-line");
    await edit("Green tea");
    await animationFrame();
    await click(".ri-kinds .ri-chip[data-value=like]");
    await click(".ri-purposes .ri-chip[data-value=sell]");
    await click(".ri-promise-open");
    await animationFrame();
    await click(".ri-promise-words");
    await edit("Order the big jar");
    await click(".ri-promise .ri-chip:contains(Tomorrow)");
    await animationFrame();
    expect(".ri-promise-date").toHaveValue(/^2019-03-12/);
    await click(".modal-footer .btn-primary");
    await animationFrame();
    expect.verifySteps([
        {
            line: "Green tea",
            kind: "like",
            purpose: "sell",
            promise: "Order the big jar",
            promise_date: "2019-03-12",
            visibility: undefined,
        },
    ]);
    await click(".ri-feelings-button");
    await animationFrame();
    expect(".ri-promise-sent").toHaveText(/Order the big jar/);
    expect(".ri-purposes .ri-chip.active").toHaveText("Sale");
    expect(".ri-kinds").toHaveCount(0);
});

test("a private note says so in everything it sends, and tells nobody what to remember", async () => {
    onRpc("pos.session", "relationship_store_note", ({ args }) => {
        expect.step([args[1].visibility, args[1].line, args[1].kind]);
        return true;
    });
    const store = await setupPosEnv();
    store.models.connectNewData({
        "relationship.strip": [{ id: -3, lines: { private: true } }],
    });
    await openFeelings(store);
    await click(".ri-private");
    await click(".ri-line");
    await edit("Divorce");
    await animationFrame();
    expect(".ri-kinds").toHaveCount(0);
    expect(".ri-private").toHaveAttribute("aria-pressed", "true");
    await click(".modal-footer .btn-primary");
    await animationFrame();
    await click(".ri-feelings-button");
    await animationFrame();
    await click(".ri-feeling:contains(Glad)");
    await click(".modal-footer .btn-primary");
    await animationFrame();
    expect.verifySteps([
        ["me", "Divorce", undefined],
        ["me", "", undefined],
    ]);
});

test("where a login is shared nobody is offered privacy", async () => {
    const store = await setupPosEnv();
    await openFeelings(store);
    expect(".ri-private").toHaveCount(0);
});
