import { registry } from "@web/core/registry";
import { formatPercentage } from "@web/views/fields/formatters";

/** A share as a percentage; of nobody it is nothing, not 0%. */
export function formatShare(value, options) {
    return value === false || value === null || value === undefined
        ? ""
        : formatPercentage(value, options);
}

registry.category("formatters").add("relationship_share", formatShare);
