import { onWillDestroy } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

/** Call back with the ids of the customers whose new evidence was just worked in. */
export function useRefreshedCustomers(callback) {
    const bus = useService("bus_service");
    const onRefreshed = ({ customers }) => callback(customers);
    bus.subscribe("relationship.profile/refreshed", onRefreshed);
    onWillDestroy(() => bus.unsubscribe("relationship.profile/refreshed", onRefreshed));
}
