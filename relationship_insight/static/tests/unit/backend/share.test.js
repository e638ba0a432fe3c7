import { describe, expect, test } from "@odoo/hoot";
import { formatShare } from "@relationship_insight/backend/widgets/relationship_share";

describe.current.tags("headless");

test("a share of nobody is nothing, a share of none is 0", () => {
    expect([false, null, undefined].map((value) => formatShare(value))).toEqual(["", "", ""]);
    expect([0, 0.6].map((value) => formatShare(value))).toEqual(["0%", "60%"]);
});
