/** Where the people stand around a customer. Plain numbers, no DOM. */

export const SIZE = { width: 640, height: 420 };
const CENTER_RADIUS = 46;
const NODE_RADIUS = 24;
const MARGIN = 52;

/**
 * Place the bonds around the middle, the strongest at the top and clockwise from there.
 *
 * The stronger a bond, the shorter and thicker its ray.
 *
 * @param {{strength: number}[]} bonds
 * @returns {{x: number, y: number, x1: number, y1: number, width: number, anchor: string}[]}
 */
export function placeBonds(bonds) {
    const [cx, cy] = [SIZE.width / 2, SIZE.height / 2];
    const reach = { x: cx - MARGIN - NODE_RADIUS, y: cy - MARGIN };
    return bonds.map(({ strength }, place) => {
        const angle = (2 * Math.PI * place) / Math.max(bonds.length, 1) - Math.PI / 2;
        const far = 1 - Math.min(Math.max(strength, 0), 100) / 100;
        const distance = {
            x: nearest(reach.x) + far * (reach.x - nearest(reach.x)),
            y: nearest(reach.y) + far * (reach.y - nearest(reach.y)),
        };
        const x = cx + Math.cos(angle) * distance.x;
        const y = cy + Math.sin(angle) * distance.y;
        const length = Math.hypot(x - cx, y - cy) || 1;
        return {
            x: round(x),
            y: round(y),
            x1: round(cx + ((x - cx) / length) * CENTER_RADIUS),
            y1: round(cy + ((y - cy) / length) * CENTER_RADIUS),
            width: round(1.5 + (Math.min(Math.max(strength, 0), 100) / 100) * 10.5),
            below: y >= cy,
        };
    });
}

/** The distance at a bond of 100: the two circles must not touch. */
function nearest(reach) {
    return Math.min(reach, CENTER_RADIUS + NODE_RADIUS + 22);
}

function round(value) {
    return Math.round(value * 10) / 10;
}
