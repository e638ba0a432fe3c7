/* global posmodel */

import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as OfflineUtil from "@point_of_sale/../tests/generic_helpers/offline_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as SelectionPopup from "@point_of_sale/../tests/generic_helpers/selection_popup_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { refresh, run } from "@point_of_sale/../tests/generic_helpers/utils";
import { registry } from "@web/core/registry";

function openFeelings() {
    return {
        content: "open the feelings of the customer",
        trigger: ".ri-feelings-button:enabled",
        run: "click",
    };
}

function tapFace(name) {
    return [
        {
            content: `tap ${name}`,
            trigger: `.ri-feeling:enabled:contains("${name}")`,
            run: "click",
        },
        {
            content: `${name} is saved`,
            trigger: `.ri-feelings-popup:has(.ri-feeling.active:contains("${name}")):has(.ri-status:contains("Saved"))`,
        },
    ];
}

function writeLine(text) {
    return { content: `write ${text}`, trigger: ".ri-line", run: `edit ${text}` };
}

function waitingNotesAre(count) {
    return run(async () => {
        for (let turn = 0; turn < 50; turn++) {
            await posmodel.relationshipNotes.mutex.getUnlockedDef();
            if (posmodel.relationshipNotes.waiting.length === count) {
                return;
            }
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
        throw new Error(`Expected ${count} notes to wait`);
    }, `${count} notes wait to be sent`);
}

function orderIsSent() {
    return run(async () => {
        await posmodel.syncAllOrders();
        await posmodel.relationshipNotes.flush();
    }, "the paid order is sent, and its note linked");
}

registry.category("web_tour.tours").add("pos_relationship_feelings", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            ProductScreen.addOrderline("Desk Pad", "1"),
            {
                content: "nobody is picked yet",
                trigger: ".ri-feelings-button:disabled",
            },
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Anong Suksai"),
            openFeelings(),
            tapFace("Glad"),
            Dialog.confirm("Done"),
            waitingNotesAre(0),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Bank"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            openFeelings(),
            {
                content: "what was noted before is still there",
                trigger: '.ri-feeling.active:disabled:contains("Glad")',
            },
            tapFace("Cared for"),
            writeLine("Daughter starts school"),
            Dialog.confirm("Done"),
            waitingNotesAre(0),
            ReceiptScreen.clickNextOrder(),
        ].flat(),
});

registry.category("web_tour.tours").add("pos_relationship_feelings_offline", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            ProductScreen.addOrderline("Desk Pad", "1"),
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Anong Suksai"),
            openFeelings(),
            OfflineUtil.setOfflineMode(),
            tapFace("Annoyed"),
            writeLine("Waited long"),
            Dialog.confirm("Done"),
            waitingNotesAre(1),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Bank"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            Dialog.confirm("Continue with limited functionality"),
            openFeelings(),
            tapFace("Worried"),
            Dialog.confirm("Done"),
            waitingNotesAre(1),
            OfflineUtil.setOnlineMode(),
            // The till is reloaded before anything could be sent.
            refresh(),
            { content: "the till is back", trigger: ".pos-topheader" },
            waitingNotesAre(0),
            orderIsSent(),
        ].flat(),
});

registry.category("web_tour.tours").add("pos_relationship_strip", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            ProductScreen.addOrderline("Desk Pad", "1"),
            { content: "nobody, no strip", trigger: "body:not(:has(.ri-strip))" },
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Anong Suksai"),
            Dialog.is({ title: "Warning for Anong Suksai" }),
            Dialog.bodyIs("Pays in advance"),
            Dialog.confirm("Ok"),
            {
                content: "the pinned warning stays in sight",
                trigger: '.leftpane .ri-strip-pin:contains("Pays in advance")',
            },
            {
                content: "how to care for her",
                trigger: '.leftpane .ri-strip-line[data-kind=care]:contains("Speak slowly")',
            },
            openFeelings(),
            OfflineUtil.setOfflineMode(),
            writeLine("Green tea"),
            {
                content: "remember it as something she likes",
                trigger: ".ri-kinds .ri-chip[data-value=like]",
                run: "click",
            },
            { content: "promise something", trigger: ".ri-promise-open", run: "click" },
            {
                content: "what",
                trigger: ".ri-promise-words",
                run: "edit Order the big jar",
            },
            Dialog.confirm("Done"),
            waitingNotesAre(1),
            OfflineUtil.setOnlineMode(),
            run(() => posmodel.data.checkConnectivity(), "the browser says the network is back"),
            waitingNotesAre(0),
            {
                content: "what was just noted is on the strip",
                trigger: '.leftpane .ri-strip-line[data-kind=like]:contains("Green tea")',
            },
            {
                content: "and the promise",
                trigger:
                    '.leftpane .ri-strip-line[data-kind=promise]:contains("Order the big jar")',
            },
            ProductScreen.clickPayButton(),
            {
                content: "the strip is there while they pay",
                trigger: '.payment-screen .ri-strip-line[data-kind=care]:contains("Speak slowly")',
            },
            {
                content: "and the warning isn't repeated",
                trigger: "body:not(:has(.modal))",
            },
        ].flat(),
});

// Where employees log in (pos_hr): the talk is the employee's, not the login's.
registry.category("web_tour.tours").add("pos_relationship_employee", {
    steps: () =>
        [
            Chrome.clickBtn("Open Register"),
            {
                content: "who stands at the till?",
                trigger: ".login-overlay .select-cashier",
                run: "click",
            },
            SelectionPopup.has("Mali Kaewta", { run: "click" }),
            Dialog.confirm("Open Register"),
            ProductScreen.addOrderline("Desk Pad", "1"),
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Anong Suksai"),
            openFeelings(),
            tapFace("Glad"),
            { content: "privacy isn't offered", trigger: "body:not(:has(.ri-private))" },
            Dialog.confirm("Done"),
            waitingNotesAre(0),
        ].flat(),
});
