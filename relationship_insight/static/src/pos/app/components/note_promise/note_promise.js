import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";

const { DateTime } = luxon;
const SOON = 3;

/** What was promised to the customer, and for when; behind one tap until there is something. */
export class NotePromise extends Component {
    static template = "relationship_insight.NotePromise";
    static props = { note: Object };

    setup() {
        this.notes = useState(usePos().relationshipNotes);
        this.state = useState({ isOpen: Boolean(this.props.note.promise) });
    }

    get today() {
        return DateTime.now().toISODate();
    }

    get days() {
        const day = (days) => DateTime.now().plus({ days }).toISODate();
        return [
            { value: day(0), name: _t("Today") },
            { value: day(1), name: _t("Tomorrow") },
            { value: day(SOON), name: _t("In 3 days") },
            { value: day(7), name: _t("In a week") },
        ];
    }

    get date() {
        return this.props.note.promise_date || this.days[2].value;
    }

    get sentDay() {
        return DateTime.fromISO(this.date).toLocaleString(DateTime.DATE_MED);
    }

    setWords(words) {
        this.notes.setPromise(this.props.note, words, this.date);
    }

    setDate(date) {
        if (date) {
            this.notes.setPromise(this.props.note, this.props.note.promise, date);
        }
    }
}
