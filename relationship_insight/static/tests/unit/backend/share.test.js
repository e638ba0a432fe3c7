import { describe, expect, test } from "@odoo/hoot";
import { makeMockEnv } from "@web/../tests/web_test_helpers";
import { formatShare } from "@relationship_insight/backend/widgets/relationship_share";
import { prepareScreens } from "./helpers";

describe.current.tags("desktop");
prepareScreens();

test("a share of nobody is nothing, a share of none is 0", async () => {
    await makeMockEnv();
    expect([false, null, undefined].map((value) => formatShare(value))).toEqual(["", "", ""]);
    expect([0, 0.6].map((value) => formatShare(value))).toEqual(["0%", "60%"]);
});
