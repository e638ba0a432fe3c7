/** Where the customers of a referral tree stand: pure, no page, tested on its own. */

export const ROW = 34;
export const COLUMN = 210;
export const RADIUS = 7;
export const MARGIN = 16;

/**
 * Place a tree from left to right: a generation a column, a customer without shown friends a row,
 * everybody else in the middle of their friends.
 *
 * @param {Array} nodes the root first, each { id, parent_id, depth }; parents before children
 * @param {Set} [closed] ids whose friends are folded away
 * @returns {{ places: Array, links: Array, width: number, height: number }}
 */
export function layoutTree(nodes, closed = new Set()) {
    const friends = new Map(nodes.map((node) => [node.id, []]));
    for (const node of nodes.slice(1)) {
        friends.get(node.parent_id)?.push(node);
    }
    const places = [];
    const links = [];
    let row = 0;
    let deepest = 0;
    // Without recursion: a chain may be deeper than the browser's stack is high.
    const stack = nodes.length ? [{ node: nodes[0], depth: 0, next: 0, rows: [] }] : [];
    while (stack.length) {
        const top = stack.at(-1);
        const below = closed.has(top.node.id) ? [] : friends.get(top.node.id);
        if (top.next < below.length) {
            const node = below[top.next++];
            stack.push({ node, depth: top.depth + 1, next: 0, rows: [] });
            continue;
        }
        const at = top.rows.length ? (top.rows[0] + top.rows.at(-1)) / 2 : row++;
        const place = {
            node: top.node,
            shown: below.length,
            known: friends.get(top.node.id).length,
            x: MARGIN + RADIUS + top.depth * COLUMN,
            y: MARGIN + RADIUS + at * ROW,
        };
        places.push(place);
        deepest = Math.max(deepest, top.depth);
        stack.pop();
        const parent = stack.at(-1);
        if (parent) {
            parent.rows.push(at);
            (parent.children ||= []).push(place);
        }
        for (const child of top.children || []) {
            links.push({ key: child.node.id, from: place, to: child });
        }
    }
    return {
        places,
        links,
        width: 2 * MARGIN + 2 * RADIUS + deepest * COLUMN + COLUMN,
        height: 2 * MARGIN + 2 * RADIUS + Math.max(0, row - 1) * ROW,
    };
}

/** A smooth line from a customer to a friend. */
export function linkPath({ from, to }) {
    const middle = (from.x + to.x) / 2;
    return `M${from.x} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
}

/** Everybody below a customer who still has friends folded away or not loaded. */
export function isFolded(place, closed) {
    return (closed.has(place.node.id) && place.known > 0) || place.node.children > place.known;
}

/**
 * The part of a placed tree that lies within a rectangle, so that a page draws no more than that.
 *
 * @param {{ places: Array, links: Array }} drawn of layoutTree
 * @param {{ left: number, top: number, right: number, bottom: number }} view
 * @param {number} [always] id of a customer to keep in any case
 */
export function cutTree({ places, links }, { left, top, right, bottom }, always) {
    return {
        places: places.filter(
            ({ node, x, y }) =>
                node.id === always ||
                (x + COLUMN >= left && x <= right && y + ROW >= top && y - ROW <= bottom)
        ),
        links: links.filter(
            ({ from, to }) =>
                to.x >= left &&
                from.x <= right &&
                Math.max(from.y, to.y) >= top &&
                Math.min(from.y, to.y) <= bottom
        ),
    };
}
