import { describe, expect, test } from "@odoo/hoot";
import {
    COLUMN,
    cutTree,
    isFolded,
    layoutTree,
    linkPath,
    ROW,
} from "@relationship_insight/backend/referral/referral_tree_layout";

describe.current.tags("headless");

const node = (id, parent, children = 0) => ({ id, parent_id: parent, children });

describe("the referral tree's layout", () => {
    const nodes = [node(1, false, 2), node(2, 1), node(3, 1, 2), node(4, 3), node(5, 3)];
    const at = (drawn, id) => drawn.places.find((place) => place.node.id === id);

    test("generations stand in columns, everybody in the middle of their friends", () => {
        const drawn = layoutTree(nodes);
        expect(drawn.places).toHaveLength(5);
        expect(at(drawn, 4).x - at(drawn, 1).x).toBe(2 * COLUMN);
        expect(at(drawn, 3).y).toBe((at(drawn, 4).y + at(drawn, 5).y) / 2);
        expect(at(drawn, 5).y - at(drawn, 4).y).toBe(ROW);
        expect(drawn.links.map((link) => link.key).sort()).toEqual([2, 3, 4, 5]);
    });

    test("no two customers stand on each other", () => {
        const drawn = layoutTree(nodes);
        const spots = new Set(drawn.places.map(({ x, y }) => `${x}/${y}`));
        expect(spots.size).toBe(drawn.places.length);
    });

    test("folded friends are not drawn and can be unfolded", () => {
        const closed = new Set([3]);
        const drawn = layoutTree(nodes, closed);
        expect(drawn.places).toHaveLength(3);
        expect(isFolded(at(drawn, 3), closed)).toBe(true);
        expect(isFolded(at(drawn, 2), closed)).toBe(false);
    });

    test("friends that are not loaded ask for more", () => {
        const drawn = layoutTree([node(1, false, 4)]);
        expect(isFolded(drawn.places[0], new Set())).toBe(true);
    });

    test("a chain of 5,000 and nobody at all", () => {
        const chain = Array.from({ length: 5000 }, (_, i) => node(i + 1, i || false));
        expect(layoutTree(chain).places).toHaveLength(5000);
        expect(layoutTree([]).places).toHaveLength(0);
    });

    test("a line goes from one to the other", () => {
        expect(linkPath({ from: { x: 0, y: 0 }, to: { x: 10, y: 4 } })).toBe("M0 0C5 0 5 4 10 4");
    });

    test("only what is in sight is drawn, with the lines that cross it", () => {
        const many = [node(0, false, 1000)];
        for (let id = 1; id <= 1000; id++) {
            many.push(node(id, 0));
        }
        const drawn = layoutTree(many);
        const view = { left: 0, top: 10 * ROW, right: 3 * COLUMN, bottom: 20 * ROW };
        const part = cutTree(drawn, view);
        expect(part.places.length).toBeWithin(10, 14);
        expect(part.places.every(({ y }) => y >= 9 * ROW && y <= 21 * ROW)).toBe(true);
        // Each line from the root, far below, to somebody above the lower edge crosses it.
        expect(part.links).toHaveLength(drawn.links.filter(({ to }) => to.y <= 20 * ROW).length);
        expect(cutTree(drawn, view, 900).places.map((place) => place.node.id)).toInclude(900);
        const all = { left: 0, top: 0, right: drawn.width, bottom: drawn.height };
        expect(cutTree(drawn, all).places).toHaveLength(1001);
    });
});
