import { describe, expect, test } from "@odoo/hoot";
import { click, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { onRpc } from "@web/../tests/web_test_helpers";
import { RelationshipAxis } from "@relationship_insight/backend/card/relationship_axis";
import { FeelingsField } from "@relationship_insight/backend/widgets/feelings_field/feelings_field";
import {
    RelationshipMeter,
    RelationshipMeterField,
    relationshipMeterField,
} from "@relationship_insight/backend/widgets/relationship_meter/relationship_meter";
import { RelationshipScalePreview } from "@relationship_insight/backend/widgets/scale_preview/scale_preview";
import { fakeRecord, mountScreen, prepareScreens } from "./helpers";

describe.current.tags("desktop");
prepareScreens();

describe("meter", () => {
    test("a bar and its band stay between 0 and 100", async () => {
        const meter = await mountScreen(RelationshipMeter, { value: 130, low: -20, high: 40 });
        expect(meter.width).toBe(100);
        expect(meter.band).toEqual({ left: 0, width: 40 });
        expect(queryOne(".o_relationship_meter_value").style.width).toBe("100%");
        expect(queryOne(".o_relationship_meter_band").style.width).toBe("40%");
    });

    test("nothing known is no bar", async () => {
        const meter = await mountScreen(RelationshipMeter, { value: null });
        expect(meter.isKnown).toBe(false);
        expect(".o_relationship_meter > *").toHaveCount(0);
    });

    test("0 is known, without an error there is no band", async () => {
        await mountScreen(RelationshipMeter, { value: 0, low: 3 });
        expect(".o_relationship_meter_value").toHaveCount(1);
        expect(".o_relationship_meter_band").toHaveCount(0);
    });

    test("the field: 95 % between value and 1.96 errors", async () => {
        const record = fakeRecord({ data: { attitude: 61.4, attitude_count: 3, attitude_se: 10 } });
        const field = await mountScreen(RelationshipMeterField, {
            name: "attitude",
            record,
            evidenceField: "attitude_count",
            seField: "attitude_se",
        });
        expect(field.text).toBe("61");
        expect(field.band.low.toFixed(1)).toBe("41.8");
        expect(field.band.high.toFixed(1)).toBe("81.0");
        expect(String(field.tooltip)).toBe("61 of 100, likely between 42 and 81");
        expect(relationshipMeterField.extractProps({ options: { se_field: "se" } })).toEqual({
            evidenceField: undefined,
            seField: "se",
        });
        expect(relationshipMeterField.fieldDependencies({ options: { se_field: "se" } })).toEqual([
            { name: "se", type: "float" },
        ]);
    });

    test("the field without evidence", async () => {
        const record = fakeRecord({ data: { attitude: 0, attitude_count: 0, attitude_se: 10 } });
        const field = await mountScreen(RelationshipMeterField, {
            name: "attitude",
            record,
            evidenceField: "attitude_count",
            seField: "attitude_se",
        });
        expect([field.value, field.text, String(field.tooltip)]).toEqual([
            null,
            "—",
            "Not known yet",
        ]);
    });
});

test("an axis: how many answers, and whether they are few", async () => {
    const props = { title: "Attitude", icon: "fa-heart", help: "", text: "61", note: "", date: "" };
    const axis = await mountScreen(RelationshipAxis, {
        ...props,
        axis: { value: 61, n: 1, status: "low_base" },
    });
    expect([axis.isKnown, axis.isThin, String(axis.countText)]).toEqual([true, true, "Answers: 1"]);
    const unknown = { axis: { value: null, n: 0, status: "insufficient" }, count: "Talks: 0" };
    Object.assign(axis, { props: { ...props, ...unknown } });
    expect([axis.isKnown, axis.isThin, axis.countText]).toEqual([false, false, "Talks: 0"]);
    Object.assign(axis, { props: { ...props, axis: { value: 0, n: 3, status: "ok" } } });
    expect([axis.isKnown, axis.isThin]).toEqual([true, false]);
});

describe("scale preview", () => {
    const preview = (data) =>
        mountScreen(RelationshipScalePreview, {
            record: fakeRecord({
                data: {
                    kind: "scale",
                    question: "How?",
                    scale_min: 0,
                    scale_max: 4,
                    step: 1,
                    ...data,
                },
            }),
        });

    test("points with their labels; a line's own label wins over the end's", async () => {
        const widget = await preview({
            anchors: "0 = Never\n2=Now = then\nx = no number\n 4 =",
            anchor_min: "Low",
            anchor_max: "High",
        });
        expect(widget.labels).toEqual({ 0: "Never", 2: "Now = then", 4: "" });
        expect(widget.points).toEqual([
            { value: 0, label: "Never" },
            { value: 1, label: "" },
            { value: 2, label: "Now = then" },
            { value: 3, label: "" },
            { value: 4, label: "High" },
        ]);
        expect(queryAllTexts(".o_relationship_scale_value")).toEqual(["0", "1", "2", "3", "4"]);
    });

    test("steps without dust, and what is no scale of points", async () => {
        const widget = await preview({ scale_max: 0.3, step: 0.1 });
        expect(widget.points.map(({ value }) => value)).toEqual([0, 0.1, 0.2, 0.3]);
        for (const data of [
            { step: 0 },
            { scale_max: 0 },
            { scale_max: 11 },
            { scale_min: 4, scale_max: 0 },
        ]) {
            Object.assign(widget.props.record.data, {
                scale_min: 0,
                scale_max: 4,
                step: 1,
                ...data,
            });
            expect(widget.points).toEqual([], { message: JSON.stringify(data) });
        }
        Object.assign(widget.props.record.data, { scale_min: 0, scale_max: 10, step: 1 });
        expect(widget.points).toHaveLength(11);
    });

    test("words and counts have no points", async () => {
        const widget = await preview({ kind: "text" });
        expect(widget.isScale).toBe(false);
        widget.props.record.data.kind = "count";
        expect(widget.isScale).toBe(false);
        widget.props.record.data.kind = "choice";
        expect(widget.isScale).toBe(true);
    });
});

describe("feelings field", () => {
    const FEELINGS = [
        { id: 1, name: "Glad", picture: "ease", valence: "1", sequence: 2 },
        { id: 2, name: "Proud", picture: "glad", valence: "1", sequence: 1 },
        { id: 3, name: "Angry", picture: "annoyed", valence: "-1", sequence: 3 },
    ];

    function fieldRecord(chosen) {
        const list = {
            currentIds: chosen,
            records: FEELINGS.filter(({ id }) => chosen.includes(id)).map(({ id, ...data }) => ({
                resId: id,
                data,
            })),
            linkTo: (...args) => expect.step(["link", ...args]),
            unlinkFrom: (...args) => expect.step(["unlink", ...args]),
        };
        return fakeRecord({
            data: { feeling_ids: list },
            fields: { feeling_ids: { relation: "relationship.measure" } },
            model: { specialDataCaches: {} },
        });
    }

    test("faces of both sides in their order, switched on and off", async () => {
        onRpc("relationship.measure", "search_read", () => FEELINGS);
        await mountScreen(FeelingsField, { name: "feeling_ids", record: fieldRecord([1]) });
        expect(queryAllTexts(".o_feeling_good .o_feeling > span:last-child")).toEqual([
            "Proud",
            "Glad",
        ]);
        expect(queryAllTexts(".o_feeling_bad .o_feeling > span:last-child")).toEqual(["Angry"]);
        expect("[data-feeling='1']").toHaveAttribute("aria-pressed", "true");
        expect("[data-feeling='3']").toHaveAttribute("aria-pressed", "false");
        await click("[data-feeling='1']");
        await click("[data-feeling='3']");
        expect.verifySteps([
            ["unlink", 1],
            ["link", 3, { name: "Angry", picture: "annoyed", valence: "-1", sequence: 3 }],
        ]);
    });

    test("read only: those chosen, no buttons", async () => {
        await mountScreen(FeelingsField, {
            name: "feeling_ids",
            record: fieldRecord([3]),
            readonly: true,
        });
        expect(queryAllTexts(".o_feeling > span:last-child")).toEqual(["Angry"]);
        expect("button.o_feeling").toHaveCount(0);
        expect(".o_feeling_good").toHaveCount(0);
    });
});
