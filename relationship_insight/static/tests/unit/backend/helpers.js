import { beforeEach, expect } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    getMockEnv,
    makeMockEnv,
    mockService,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { registry } from "@web/core/registry";
import { getDefaultConfig } from "@web/views/view";
import { InsightChart } from "@relationship_insight/backend/dashboard/insight_chart";

/** The till's own services, which the web client never starts. */
const TILL = new Set(["customer_display_data", "pos_data", "self_order"]);

function leaveTillOut() {
    const services = registry.category("services");
    const left = new Set(TILL);
    for (let before = -1; before !== left.size; ) {
        before = left.size;
        for (const [name, service] of services.getEntries()) {
            if (service.dependencies?.some((needed) => left.has(needed))) {
                left.add(name);
            }
        }
    }
    for (const name of left) {
        if (services.contains(name)) {
            services.remove(name);
        }
    }
}

/** What every file of backend tests needs once: the models, and Chart.js without its picture. */
export function prepareScreens() {
    defineMailModels();
    preloadBundle("web.chartjs_lib");
    beforeEach(leaveTillOut);
}

/** Actions become steps: ["action", what was opened]; the last one's options are returned. */
export function watchActions() {
    const last = {};
    mockService("action", {
        async doAction(action, options) {
            const { type, ...rest } = typeof action === "string" ? { xmlid: action } : action;
            expect.step([
                "action",
                rest,
                ...(options?.additionalContext ? [options.additionalContext] : []),
            ]);
            Object.assign(last, { options });
        },
    });
    return last;
}

/** Notifications become steps: ["told", type, text]; the last one's options are returned. */
export function watchNotifications() {
    const last = {};
    mockService("notification", {
        add(message, options = {}) {
            expect.step(["told", options.type, String(message)]);
            Object.assign(last, { options });
            return () => {};
        },
    });
    return last;
}

/** Answer a call of the server and note it as a step: [method, ...args]. */
export function answer(model, method, result) {
    onRpc(model, method, ({ args, kwargs }) => {
        expect.step([method, ...args]);
        return typeof result === "function" ? result(args, kwargs) : result;
    });
}

/** Mount a component as the web client does, and wait until it has its figures. */
export async function mountScreen(Screen, props = {}) {
    patchWithCleanup(InsightChart.prototype, { draw() {} });
    if (!getMockEnv()) {
        await makeMockEnv();
    }
    const screen = await mountWithCleanup(Screen, {
        props,
        componentEnv: { config: getDefaultConfig() },
    });
    await animationFrame();
    await animationFrame();
    return screen;
}

/** Chart data without colours: [label, values] of each data set. */
export function series({ data: { datasets } }) {
    return datasets.map(({ label, data }) => [
        label === undefined ? undefined : String(label),
        data,
    ]);
}

/** A record as a form hands it to a field or widget. */
export function fakeRecord(values) {
    return { resModel: "res.partner", resId: 7, data: {}, fields: {}, ...values };
}
