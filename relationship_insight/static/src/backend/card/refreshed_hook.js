import { onWillDestroy } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

/** Call back with the ids of the customers whose new evidence was just worked in, [] for all. */
export function useRefreshedCustomers(callback) {
    const bus = useService("bus_service");
    const onRefreshed = ({ customers }) => callback(customers);
    bus.subscribe("relationship.profile/refreshed", onRefreshed);
    onWillDestroy(() => bus.unsubscribe("relationship.profile/refreshed", onRefreshed));
}

/** Call back when all customers were read anew. */
export function useAllRefreshed(callback) {
    useRefreshedCustomers((customers) => customers.length || callback());
}
