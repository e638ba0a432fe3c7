import { Reactive } from "@web/core/utils/reactive";
import { markRaw } from "@odoo/owl";
import { describeLines } from "../utils/relationship_strip_lines";

const MODEL = "relationship.strip";
const PIN = "pin";

/**
 * What the till knows of its customers: loaded with them, and fetched again, without anybody
 * waiting for it, when one is picked.
 */
export class RelationshipStrips extends Reactive {
    /**
     * @param {Object} options
     * @param {Object} options.models of the till
     * @param {number} options.userId who is logged in
     * @param {(id: number) => Promise<Object>} options.fetch rows of one customer
     * @param {(rows: Object) => void} options.keep rows for a reload without network
     */
    constructor({ models, userId, fetch, keep }) {
        super();
        this.models = markRaw(models);
        this.callbacks = markRaw({ fetch, keep });
        // Rows are replaced, not changed: this tells who shows them.
        this.version = 0;
        this.named = markRaw({});
        this.forgetOthers(userId);
    }

    /** What this browser kept for somebody else who was logged in before. */
    forgetOthers(userId) {
        const { user } = this.names;
        if (user && user !== userId) {
            this.models[MODEL].deleteMany(this.rows);
        }
    }

    get rows() {
        return this.models[MODEL]?.getAll() ?? [];
    }

    /** The names that the rows speak of, those of later rows last; made once per change. */
    get names() {
        const state = `${this.version}/${this.models[MODEL]?.length}`;
        if (this.named.state !== state) {
            Object.assign(this.named, { state, names: this.collectNames() });
        }
        return this.named.names;
    }

    collectNames() {
        const names = {};
        for (const { id, lines } of this.rows) {
            if (id < 0 && !Array.isArray(lines)) {
                for (const [key, value] of Object.entries(lines)) {
                    names[key] = typeof value === "object" ? { ...names[key], ...value } : value;
                }
            }
        }
        return names;
    }

    linesOf(partner) {
        const lines = this.models[MODEL]?.get(partner?.id)?.lines;
        return Array.isArray(lines) ? lines : [];
    }

    /**
     * @returns {{lines: Object[], pin: string, isEmpty: boolean}} isEmpty: there could be lines,
     *  but nothing is known yet
     */
    describe(partner) {
        // Read so that whoever shows the strip hears of new rows.
        const isLoaded = this.version >= 0 && typeof partner?.id === "number";
        const names = this.names;
        const lines = isLoaded ? describeLines(this.linesOf(partner), names) : [];
        const pin = isLoaded ? this.pinOf(partner) : "";
        return { lines, pin, isEmpty: isLoaded && Boolean(names.shown) && !lines.length && !pin };
    }

    pinOf(partner) {
        return this.linesOf(partner).find(([kind]) => kind === PIN)?.[1] || "";
    }

    /** Never throws: without network, what was loaded is shown. */
    async refresh(partnerId) {
        if (typeof partnerId !== "number" || !this.models[MODEL]) {
            return;
        }
        let rows;
        try {
            rows = await this.callbacks.fetch(partnerId);
        } catch {
            return;
        }
        if (rows?.[MODEL]) {
            this.models.connectNewData(rows);
            this.callbacks.keep(rows);
            this.version++;
        }
    }
}
