/* global posmodel */

import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as OfflineUtil from "@point_of_sale/../tests/generic_helpers/offline_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { run } from "@point_of_sale/../tests/generic_helpers/utils";
import { registry } from "@web/core/registry";

const shown = '.pos-receipt .ri-receipt-pulse img[src^="data:image/svg+xml"]';

function codeOpens() {
    return run(async () => {
        await posmodel.syncAllOrders();
        const url = new URL(document.querySelector(shown).dataset.url);
        const answer = await fetch(url.pathname);
        const page = await answer.text();
        if (answer.status !== 200 || !page.includes('name="M04"')) {
            throw new Error(`The code of the receipt opens ${answer.status}`);
        }
    }, "the code opens the questions");
}

registry.category("web_tour.tours").add("pos_receipt_pulse", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            ProductScreen.addOrderline("Desk Pad", "1"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Bank"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            { content: "the receipt has a code", trigger: shown },
            codeOpens(),
            ReceiptScreen.clickNextOrder(),
            OfflineUtil.setOfflineMode(),
            ProductScreen.addOrderline("Desk Pad", "1"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Bank"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            Dialog.confirm("Continue with limited functionality"),
            { content: "also without network", trigger: shown },
            OfflineUtil.setOnlineMode(),
            codeOpens(),
        ].flat(),
});
