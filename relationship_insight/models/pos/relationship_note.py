from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

POS_KEY_PREFIX = "pos:"
POS_KEY_LENGTH = 120
POS_LINE_LENGTH = 250
LARGEST_ID = 2**31 - 1
# A wrong clock at the till must not date a note to another age.
OLDEST_NOTE = timedelta(days=90)


class RelationshipNote(models.Model):
    _inherit = "relationship.note"

    @api.model
    def _store_from_pos(self, session, note):
        """Store one note of an open session, or add to it: see ``relationship_store_note``."""
        data = self._read_pos_note(session, note)
        stored = self.sudo().search([("source_key", "=", data["source_key"])], limit=1)
        if stored:
            # Two sends at once: the second waits, and sees what the first one stored.
            if not stored.try_lock_for_update():
                return False
            stored._add_from_pos(data)
            return True
        if not self._has_pos_news(data):
            return True
        self.sudo().with_company(session.company_id).create(
            {
                "purpose": "listen",
                **data,
                "feeling_ids": [fields.Command.set(data["feeling_ids"])],
                "company_id": session.company_id.id,
                "channel": "store",
                "depth": self._get_pos_depth(data["summary"] or data.get("promise")),
                "order_model": "pos.order",
            }
        )
        return True

    def _prepare_feeling_vals(self, measure):
        vals = super()._prepare_feeling_vals(measure)
        if self.order_model == "pos.order":
            vals["origin"] = "pos"
        return vals

    @api.model
    def _has_pos_news(self, data):
        """Whether a till's note is worth a conversation."""
        return bool(data["feeling_ids"] or data["summary"])

    def _add_from_pos(self, data):
        """Add feelings, a line and the paid order to a conversation already stored."""
        self.ensure_one()
        if any(self[name].id != data[name] for name in ("partner_id", "staff_id")):
            raise ValidationError(self.env._("This note belongs to another conversation."))
        vals = {}
        missing = set(data["feeling_ids"]) - set(
            self.with_context(active_test=False).feeling_ids.ids
        )
        if missing:
            vals["feeling_ids"] = [fields.Command.link(measure_id) for measure_id in missing]
        lines = (self.summary or "").splitlines()
        if data["summary"] and data["summary"] not in lines:
            vals["summary"] = "\n".join([*lines, data["summary"]])
            vals["depth"] = self._get_pos_depth(vals["summary"])
        if data["order_id"] and not self.order_id:
            vals["order_id"] = data["order_id"]
            self.reading_ids.write({"order_id": data["order_id"]})
        if vals:
            self.write(vals)

    @api.model
    def _get_pos_depth(self, line):
        """A face alone is a greeting; a line tells that there was a talk."""
        return "0.5" if line else "0.25"

    @api.model
    def _read_pos_note(self, session, note):
        """Check what the till sent, and return it as values of a conversation."""
        key = note.get("key")
        if (
            not isinstance(key, str)
            or not key.startswith(POS_KEY_PREFIX)
            or (len(key) > POS_KEY_LENGTH)
        ):
            raise ValidationError(self.env._("The note has no valid key."))
        partner = self._find_pos_customer(session, note.get("partner_id"))
        return {
            "source_key": key,
            "partner_id": partner.id,
            "staff_id": session._get_relationship_staff(
                self._to_record_id(note.get("user_id")), self._to_record_id(note.get("employee_id"))
            ).id,
            "date": self._get_pos_date(note.get("age")),
            "feeling_ids": self._get_pos_feelings(note.get("feelings") or []).ids,
            "summary": self._get_pos_line(note.get("line") or ""),
            "order_id": self._get_pos_order(session, partner, note.get("order_uuid")).id or None,
        }

    @api.model
    def _to_record_id(self, value):
        """Return the value if it can be a record's id, else False."""
        is_id = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_ID
        return value if is_id else False

    @api.model
    def _find_pos_customer(self, session, partner_id):
        """Return the customer, also one whose contact was merged while the till was offline."""
        partner_id = self._to_record_id(partner_id)
        if partner_id and not self.env["res.partner"].browse(partner_id).exists():
            partner_id = self.env["relationship.merged.contact"]._find(partner_id).id
        return self._get_pos_customer(session, partner_id)

    @api.model
    def _get_pos_customer(self, session, partner_id):
        partner = self.env["res.partner"].browse(self._to_record_id(partner_id) or []).exists()
        partner = partner._filtered_access("read").sudo()
        if not partner.filtered_domain(partner._check_company_domain(session.company_id)):
            raise ValidationError(self.env._("This customer doesn't exist any more."))
        return partner

    @api.model
    def _get_pos_date(self, age):
        """Return when the note was taken; an age in seconds doesn't depend on the till's clock."""
        known = isinstance(age, int | float) and 0 <= age <= OLDEST_NOTE.total_seconds()
        return fields.Datetime.now() - timedelta(seconds=int(age) if known else 0)

    @api.model
    def _get_pos_feelings(self, measure_ids):
        Measure = self.env["relationship.measure"].sudo().with_context(active_test=False)
        wanted = (
            {self._to_record_id(measure_id) for measure_id in measure_ids}
            if isinstance(measure_ids, list)
            else {False}
        )
        measures = Measure.search(
            [*Measure._load_pos_data_domain({}, None), ("id", "in", list(wanted - {False}))]
        )
        if len(measures) != len(wanted):
            raise ValidationError(self.env._("One of the feelings is unknown."))
        return measures

    @api.model
    def _get_pos_line(self, line):
        """Return the cashier's line: plain text, one line, False when empty."""
        if not isinstance(line, str):
            raise ValidationError(self.env._("The line must be text."))
        line = " ".join(line.replace("\x00", " ").split())
        if len(line) > POS_LINE_LENGTH:
            raise ValidationError(
                self.env._(
                    "The line is too long: %(length)s characters, at most %(most)s.",
                    length=len(line),
                    most=POS_LINE_LENGTH,
                )
            )
        return line or False

    @api.model
    def _get_pos_order(self, session, partner, order_uuid):
        """Return the paid order of this customer with this uuid, if there is one by now."""
        PosOrder = self.env["pos.order"].sudo()
        if not order_uuid or not isinstance(order_uuid, str):
            return PosOrder
        order = PosOrder.search(
            [
                ("uuid", "=", order_uuid.replace("\x00", "")),
                ("company_id", "=", session.company_id.id),
                ("state", "not in", ("draft", "cancel")),
            ],
            limit=1,
        )
        same_customer = order.partner_id.commercial_partner_id == partner.commercial_partner_id
        return order if same_customer else PosOrder
