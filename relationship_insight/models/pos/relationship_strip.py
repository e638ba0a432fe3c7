import json

from odoo import api, fields, models
from odoo.tools import SQL, groupby

STAFF_GROUP = "relationship_insight.group_relationship_staff"
PREFERENCE_KINDS = ("care", "like", "dislike", "need", "wish")
LINES = 3
PIN = "pin"
# What the strip may add to the till's loading: 140 bytes a customer, whatever was written.
BYTES_PER_CUSTOMER = 140
# How much of each is kept to fit: characters of a text (never fewer than a date has), things of
# a kind, lines.
STEPS = (
    (60, 2, LINES),
    (40, 2, LINES),
    (28, 2, LINES),
    (20, 2, LINES),
    (12, 1, LINES),
    (12, 1, 2),
    (12, 1, 1),
)
# Of one kind of preference the till shows two; a third is at hand for the line of questions.
PREFERENCES = 3


class RelationshipStrip(models.AbstractModel):
    """What a cashier sees of the customer who was picked: three lines, chosen by head office.

    A till is a screen that many may see. So, whoever is logged in, it only gets what everybody
    who may see conversations at all may read: nothing private, of one team, or sensitive.
    Class and cases are added for those who may read them; see ``_get_readers``.

    Nothing is stored: the rows are made set-based, one query for each line, for the customers
    that a till loads, finds or picks. To be small a row is ``[kind, ...]`` with ids of chips and
    staff, whose names come once, in a row with a negative id (the till keeps rows by their id).
    """

    _name = "relationship.strip"
    _inherit = ["pos.load.mixin"]
    _description = "Customer Strip of the Till"

    lines = fields.Json()

    @api.model
    def _load_pos_data_fields(self, config):
        return ["id", "lines"]

    def exists(self):
        """Nothing is stored. Tills that keep others in step ask this, and each loads its own."""
        return self.browse()

    @api.model
    def _load_pos_data_search_read(self, data, config):
        """Return the rows of all customers a till starts with, also those it kept before."""
        Partner = self.env["res.partner"]
        loaded = {"pos.order": data.get("pos.order", [])}
        partner_ids = {row["id"] for row in data.get("res.partner", [])}
        partner_ids.update(Partner._search(Partner._load_pos_data_domain(loaded, config)))
        # There is always a row, or the till would keep its old ones.
        return self._get_rows(config, partner_ids) or [{"id": -1, "lines": []}]

    @api.model
    def _get_rows(self, config, partner_ids, cut=True):
        """Return a row for each of these customers with anything to show, and one of names.

        :param bool cut: shorten what was written as far as the till's loading asks for
        """
        partner_ids = sorted(partner_ids)
        if not partner_ids:
            return []
        config = config.sudo().with_company(config.company_id)
        entities = self._get_entities(partner_ids)
        lines = self._collect(config, entities)
        self._add_pins(config, entities, lines)
        rows = [{"id": partner_id, "lines": lines[partner_id]} for partner_id in sorted(lines)]
        names = self._get_names(rows)
        # Whether there could be lines: then the till says that nothing is known yet.
        names["shown"] = bool(self._get_kinds(config) and self._get_readers(config)[0])
        # The till keeps rows in the browser: they are for nobody else who logs in there.
        names["user"] = self.env.uid
        names["private"] = self.env["relationship.note"]._can_note_privately(config)
        rows.append({"id": -partner_ids[0], "lines": names})
        if cut:
            self._cut(rows, BYTES_PER_CUSTOMER * len(partner_ids))
        return rows

    @api.model
    def _get_entities(self, partner_ids):
        """Return {customer's id: id of the commercial entity}, in one query however many."""
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT id, COALESCE(commercial_partner_id, id) FROM res_partner WHERE id = "
                    "ANY(%s)",
                    partner_ids,
                )
            )
        )

    @api.model
    def _get_kinds(self, config):
        """Return the kinds of the lines that this shop shows, each once, in their order."""
        chosen = (config[f"relationship_strip_{number}"] for number in range(1, LINES + 1))
        return list(dict.fromkeys(filter(None, chosen)))

    @api.model
    def _get_readers(self, config):
        """Return (who reads what all staff share, who reads insight), each an environment or None.

        Staff read with their own rights. Other cashiers read what all staff share where head
        office allows it. Where employees share one login nobody knows who stands at the till.
        """
        staff = self.env.user.has_group(STAFF_GROUP)
        shared = self.env if staff else None
        if not staff and config.relationship_strip_everybody:
            shared = self.env(su=True)
        return shared, self.env if staff and not self._is_login_shared(config) else None

    @api.model
    def _is_login_shared(self, config):
        """Whether employees share one login here, so that nobody knows whose eyes these are."""
        return "module_pos_hr" in config._fields and config.sudo().module_pos_hr

    @api.model
    def _collect(self, config, entities):
        """Return {customer's id: lines}, in the order head office chose."""
        kinds = self._get_kinds(config)
        shared, insight = self._get_readers(config)
        if not kinds or shared is None:
            return {}
        found = {}
        partner_ids = list(entities)
        preferences = self._read_preferences(shared, config, partner_ids, kinds)
        for kind in kinds:
            if kind in PREFERENCE_KINDS:
                found[kind] = self._show_preferences(kind, preferences)
            elif kind != "ask":
                found[kind] = getattr(self, f"_read_{kind}")(shared, insight, config, entities)
        if "ask" in kinds:
            found["ask"] = self._show_questions(
                self._read_questions(insight, config, entities), preferences, shown=set(found)
            )
        lines = {}
        for kind in kinds:
            for partner_id, line in found[kind].items():
                lines.setdefault(partner_id, []).append([kind, *line])
        return lines

    @api.model
    def _add_pins(self, config, entities, lines):
        """Put the pinned warning first: head office wrote it for every cashier."""
        pinned = (
            self.env["res.partner"]
            .sudo()
            .with_company(config.company_id)
            .search_fetch(
                [("id", "in", [*entities, *entities.values()]), ("relationship_pin", "!=", False)],
                ["relationship_pin"],
            )
        )
        pins = {partner.id: partner.relationship_pin for partner in pinned}
        for partner_id, entity_id in entities.items() if pins else ():
            pin = pins.get(partner_id) or pins.get(entity_id)
            if pin:
                lines.setdefault(partner_id, []).insert(0, [PIN, pin])

    # ------------------------------------------------------------
    # Names, and room for them
    # ------------------------------------------------------------

    @api.model
    def _get_names(self, rows):
        """Return the names of the chips, the staff and the choices that the rows speak of."""
        tags, staff, choices = set(), set(), set()
        for row in rows:
            for kind, *values in row["lines"]:
                if kind in PREFERENCE_KINDS:
                    tags.update(value[1] for value in values)
                elif kind == "ask" and len(values) > 1:
                    tags.add(values[2])
                elif kind in ("talk", "promise"):
                    staff.add(values[1])
                elif kind in ("class", "event", "ask"):
                    choices.add(kind)
        Tag = self.env["relationship.preference.tag"].sudo().with_context(active_test=False)
        people = self.env["res.partner"].sudo().with_context(active_test=False)
        tags = Tag.search_fetch([("id", "in", list(tags - {0}))], ["emoji", "name"])
        people = people.search_fetch([("id", "in", list(staff - {0}))], ["name"])
        return {
            "tags": {tag.id: " ".join(filter(None, (tag.emoji, tag.name))) for tag in tags},
            "staff": {person.id: person.name for person in people},
            **{choice: self._get_choices(choice) for choice in sorted(choices)},
        }

    @api.model
    def _get_choices(self, choice):
        model, name = {
            "ask": ("relationship.profile", "ask_next"),
            "class": ("relationship.profile", "loyalty_class"),
            "event": ("relationship.life.event", "type"),
        }[choice]
        return dict(self.env[model]._fields[name]._description_selection(self.env))

    @api.model
    def _cut(self, rows, room):
        """Shorten the rows evenly until they fit; a pinned warning stays whole."""
        for length, things, lines in STEPS:
            for row in rows:
                if row["id"] > 0:
                    pins = [line for line in row["lines"] if line[0] == PIN]
                    others = row["lines"][len(pins) :][:lines]
                    row["lines"] = pins + [
                        self._cut_values(line, length, things) for line in others
                    ]
            if len(json.dumps(rows, ensure_ascii=False).encode()) <= room:
                return

    @api.model
    def _cut_values(self, values, length, things):
        shorter = []
        for value in values:
            if isinstance(value, list):
                value = self._cut_values(value, length, things)
            elif isinstance(value, str) and len(value) > length:
                value = f"{value[: length - 1].rstrip()}…"
            shorter.append(value)
        return shorter[: things + 1] if isinstance(values[-1], list) else shorter

    # What we know of the customer, and what to ask: facts and questions never mix.

    @api.model
    def _read_preferences(self, reader, config, partner_ids, kinds):
        """Return {customer's id: {kind: [(id, is a question, chip, words)]}}, best first."""
        wanted = [kind for kind in kinds if kind in PREFERENCE_KINDS]
        if "ask" in kinds:
            wanted = list(PREFERENCE_KINDS)
        if not wanted:
            return {}
        Preference = reader["relationship.preference"]
        Preference.flush_model()
        query = Preference._search(
            [
                ("kind", "in", wanted),
                ("state", "=", "current"),
                ("sensitive", "=", False),
                "|",
                ("scope", "=", "everywhere"),
                ("company_id", "=", config.company_id.id),
                "|",
                ("partner_id", "in", partner_ids),
                ("commercial_partner_id", "in", partner_ids),
            ]
        )
        rows = self.env.execute_query(
            SQL(
                """
            SELECT who, kind, id, is_ask, tag_id, text FROM (
                SELECT who, kind, id, is_ask, tag_id, text, confirm_count,
                       ROW_NUMBER() OVER (
                           PARTITION BY who, kind ORDER BY is_ask, confirm_count DESC, id DESC
                       ) AS place,
                       ROW_NUMBER() OVER (
                           PARTITION BY who, kind, is_ask ORDER BY confirm_count DESC, id DESC
                       ) AS place_ask
                  FROM (
                    SELECT p.*, about.who,
                           (p.provenance = 'inferred' AND COALESCE(p.confirm_count, 0) = 0)
                           OR COALESCE(p.review_date < %(today)s, FALSE) AS is_ask
                      FROM relationship_preference p
                CROSS JOIN LATERAL (
                        SELECT p.partner_id AS who UNION SELECT p.commercial_partner_id
                      ) about
                     WHERE p.id IN %(found)s AND about.who = ANY(%(partners)s)
                  ) known
            ) ranked
             WHERE place <= %(most)s OR (is_ask AND place_ask = 1)
          ORDER BY who, kind, is_ask, confirm_count DESC, id DESC
            """,
                today=fields.Date.context_today(self),
                found=query.subselect(),
                partners=partner_ids,
                most=PREFERENCES,
            )
        )
        return {
            who: {
                kind: [row[2:] for row in of_kind]
                for kind, of_kind in groupby(of_who, key=lambda row: row[1])
            }
            for who, of_who in groupby(rows, key=lambda row: row[0])
        }

    @api.model
    def _show_preferences(self, kind, preferences):
        """Show two things we know, or one to ask about where we know none for sure."""
        shown = {}
        for who, kinds in preferences.items():
            known = [row for row in kinds.get(kind, ()) if not row[1]][: PREFERENCES - 1]
            known = known or kinds.get(kind, ())[:1]
            if known:
                shown[who] = [
                    [0 if is_ask else 1, tag or 0, text or ""] for _id, is_ask, tag, text in known
                ]
        return shown

    @api.model
    def _show_questions(self, questions, preferences, shown):
        """Ask about a preference that no other line shows, else what the insight lacks."""
        for who, kinds in preferences.items():
            for kind in PREFERENCE_KINDS:
                rows = kinds.get(kind, ())
                asked = [row for row in rows if row[1]]
                if kind in shown and len(asked) == len(rows):
                    asked = asked[1:]
                if asked:
                    _id, _is_ask, tag, text = asked[0]
                    questions[who] = [kind, text or "", tag or 0]
                    break
        return questions
