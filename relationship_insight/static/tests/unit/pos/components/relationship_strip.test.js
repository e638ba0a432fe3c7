import { expect, test } from "@odoo/hoot";
import { animationFrame, click, queryAllTexts } from "@odoo/hoot-dom";
import { mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { ConnectionLostError } from "@web/core/network/rpc";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { RelationshipStrip } from "@relationship_insight/pos/app/components/relationship_strip/relationship_strip";
import { RelationshipStrips } from "@relationship_insight/pos/app/services/relationship_strips";

definePosModels();

const CARE = "📞 Phone first, stands on the right";

async function mountStrip(store, partnerId = 3) {
    const order = await getFilledOrder(store);
    order.setPartner(store.models["res.partner"].get(partnerId));
    await mountWithCleanup(MainComponentsContainer);
    await mountWithCleanup(RelationshipStrip, { props: { order } });
    await animationFrame();
    return order;
}

function otherPartner(store) {
    return store.models["res.partner"].find(({ id }) => typeof id === "number" && id !== 3);
}

test("three lines as soon as a customer is picked, none before", async () => {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    await mountWithCleanup(RelationshipStrip, { props: { order } });
    expect(".ri-strip").toHaveCount(0);
    order.setPartner(store.models["res.partner"].get(3));
    await animationFrame();
    expect(queryAllTexts(".ri-strip-line")).toEqual([
        CARE,
        "Last talk: 3 days ago, Mali",
        "Ask: Likes: Green tea?",
    ]);
    expect(".ri-strip").toHaveAttribute("aria-expanded", "false");
    await click(".ri-strip");
    await animationFrame();
    expect(".ri-strip").toHaveAttribute("aria-expanded", "true");
});

test("somebody new gets one honest line, and nothing where the till shows no lines", async () => {
    const store = await setupPosEnv();
    await mountStrip(store, otherPartner(store).id);
    expect(".ri-strip").toHaveCount(1);
    expect(".ri-strip-empty").toHaveText("Nothing noted about this customer yet.");
});

test("no box where head office shows nothing", async () => {
    const store = await setupPosEnv();
    store.models["relationship.strip"].deleteMany(store.models["relationship.strip"].getAll());
    await mountStrip(store);
    expect(".ri-strip").toHaveCount(0);
});

test("the latest lines come when a customer is picked", async () => {
    onRpc("pos.session", "relationship_get_strips", ({ args }) => {
        expect.step(args[1]);
        return {
            "relationship.strip": [
                { id: 3, lines: [["like", [1, 8, ""]]] },
                { id: -3, lines: { tags: { 8: "☕ Coffee" }, shown: true } },
            ],
        };
    });
    const store = await setupPosEnv();
    await mountStrip(store);
    await animationFrame();
    expect.verifySteps([[3]]);
    expect(queryAllTexts(".ri-strip-line")).toEqual(["Likes: ☕ Coffee"]);
});

test("without network what was loaded stays, and nobody is told", async () => {
    onRpc("pos.session", "relationship_get_strips", () => {
        expect.step("asked");
        throw new ConnectionLostError("/web/dataset/call_kw");
    });
    const store = await setupPosEnv();
    await mountStrip(store);
    await animationFrame();
    expect(queryAllTexts(".ri-strip-line")[0]).toBe(CARE);
    expect(".modal").toHaveCount(0);
    expect(store.data.network.offline).toBe(false);
    expect.verifySteps(["asked"]);
});

test("a pinned warning is told once per order", async () => {
    const store = await setupPosEnv();
    store.models["relationship.strip"].get(3).lines.unshift(["pin", "Pays in advance"]);
    const order = await mountStrip(store);
    expect(".modal-title").toHaveText("Warning for Administrator");
    expect(".modal-body").toHaveText("Pays in advance");
    expect(".ri-strip-pin").toHaveText("Pays in advance");
    await click(".modal-footer .btn-primary");
    await animationFrame();
    expect(".modal").toHaveCount(0);
    const partner = order.getPartner();
    order.setPartner(false);
    await animationFrame();
    order.setPartner(partner);
    await animationFrame();
    expect(".modal").toHaveCount(0);
});

test("what the browser kept for somebody else is forgotten", async () => {
    const store = await setupPosEnv();
    const { models } = store;
    models["relationship.strip"].get(-1).lines.user = 7;
    const values = { models, fetch: () => false, keep: () => {} };
    new RelationshipStrips({ ...values, userId: 7 });
    expect(models["relationship.strip"].length).toBe(2);
    new RelationshipStrips({ ...values, userId: 8 });
    expect(models["relationship.strip"].length).toBe(0);
});
