from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...stats.bond import CAP_WITHOUT_Q, WEIGHTS, band, shown_points
from ..evidence.relationship_reading import DIRECT_ORIGINS
from ..insight.refresh.bonds import LISTENING, POINTS
from ..insight.relationship_bond import WORD_GROUP
from ..talk.relationship_touch import NOT_A_TALK

STAR_LIMIT = 24


class RelationshipBond(models.Model):
    """What a bond is made of: its parts in points, and the evidence behind each."""

    _inherit = "relationship.bond"

    @api.model
    def _get_part_labels(self):
        return {
            "Q": self.env._("What the customer says of them"),
            "I": self.env._("Talks, and orders served"),
            "R": self.env._("How recently they talked"),
            "L": self.env._("Listening rather than selling"),
            "M": self.env._("Talks the customer began"),
            "Dn": self.env._("How long they have known each other"),
            "N": self.env._("Wishes noted and promises kept"),
            "cap": self.env._("Held back until the customer has told us"),
        }

    def _get_parts(self):
        """Return the parts: ``key``, ``label``, ``points`` (whole, they add up), ``most``.

        Whoever may not see the customer's word gets the parts as they were without it.
        """
        self.ensure_one()
        labels = self._get_part_labels()
        keys = list(POINTS)
        bond_sudo = self.sudo()
        whole = 1 if bond_sudo.basis == "customer" else 1 - WEIGHTS["Q"]
        exact = {key: bond_sudo[POINTS[key]] for key in keys}
        sees_word = self.env.user.has_group(WORD_GROUP)
        if not sees_word:
            scale = whole / (1 - WEIGHTS["Q"])
            whole = 1 - WEIGHTS["Q"]
            exact = {key: exact[key] * scale for key in keys if key in WEIGHTS} | {"Q": 0}
            exact["cap"] = min(0, self.own_strength - sum(exact.values()))
            if exact["cap"] > -0.001:
                exact["cap"] = 0  # what rounding left
        points = shown_points([exact[key] for key in keys])
        return [
            {
                "key": key,
                "label": labels[key],
                "points": value,
                "exact": exact[key],
                "most": round(100 * WEIGHTS[key] / whole) if key in WEIGHTS else 0,
            }
            for key, value in zip(keys, points)
            if not (key == "cap" and not exact["cap"])
            and not (key == "Q" and (not sees_word or self.basis != "customer"))
        ]

    @api.model
    @api.readonly
    def get_bond_star(self, partner_id):
        """Return the bonds around one customer, as the current user may see them.

        :param int partner_id: a contact; the star is that of its commercial entity
        :return: dict with ``customer``, ``bonds`` (strongest first, each with its parts, band,
            basis and movement), ``hidden`` (more bonds than fit), ``all`` (whether the user sees
            the bonds of everybody), ``word`` (what staff are told of what customers say of them)
            and of the customer ``bond``, ``warm``, ``hhi``, ``risk``,
            ``key_staff``
        :raise AccessError: if the contact may not be read
        """
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        customer = partner.commercial_partner_id
        domain = [
            ("commercial_partner_id", "=", customer.id),
            ("company_id", "=", self.env.company.id),
        ]
        bonds = self.search(domain, limit=STAR_LIMIT)
        sees_all = self.env.user.has_group(WORD_GROUP)
        profile = (
            self.env["relationship.profile"].search(domain, limit=1)
            if sees_all
            else self.env["relationship.profile"]
        )
        staff_sudo = bonds.staff_id.sudo()
        staff_sudo.fetch(["name"])
        roles = self.env["relationship.account.team"].search(
            [
                ("commercial_partner_id", "=", customer.id),
                ("is_current", "=", True),
                ("company_id", "=", self.env.company.id),
            ]
        )
        names = dict(roles._fields["role"]._description_selection(self.env))
        by_staff = {role.staff_id: names[role.role] for role in roles}
        users = staff_sudo.with_context(active_test=False).user_ids
        left = users.partner_id - users.filtered("active").partner_id
        return {
            "customer": customer.display_name,
            "all": sees_all,
            "hidden": max(0, self.search_count(domain) - STAR_LIMIT)
            if len(bonds) == STAR_LIMIT
            else 0,
            "cap": CAP_WITHOUT_Q,
            "word": "" if sees_all else self._get_word_text(),
            "bond": profile.bond if profile else None,
            "warm": profile.bond_count if profile else 0,
            "hhi": profile.contact_hhi,
            "risk": profile.key_risk if profile else 0,
            "key_staff": profile.key_staff_id.sudo().name or "" if profile else "",
            "bonds": [
                {
                    "id": bond.id,
                    "staff_id": bond.staff_id.id,
                    "staff": bond.staff_id.sudo().name,
                    "role": by_staff.get(bond.staff_id, ""),
                    "left": bond.staff_id in left,
                    **bond._get_total(sees_all),
                    "talks": bond.talk_count,
                    "served": bond.served_count,
                    "kept": bond.kept_count,
                    "last_talk": fields.Datetime.to_string(bond.last_talk) or False,
                    "version": bond.formula_version,
                    "parts": bond._get_parts(),
                }
                for bond in bonds
            ],
        }

    def _get_total(self, sees_word):
        """Return how strong the bond is, as far as the reader may know."""
        self.ensure_one()
        known = self._has_history()
        if sees_word:
            return {
                "strength": self.strength,
                "band": self.band,
                "basis": self.basis,
                "movement": self.movement if known else None,
            }
        return {
            "strength": self.own_strength,
            "band": band(self.own_strength),
            "basis": "",
            "movement": self.own_movement if known else None,
        }

    def _has_history(self):
        """Whether bonds were looked at a month ago: without, nobody knows if this one grew."""
        return bool(
            self.env["relationship.bond.snapshot"]
            .sudo()
            .search_count(
                [
                    ("company_id", "=", self.company_id.id),
                    ("date", "=", self.date.replace(day=1) - relativedelta(days=1)),
                ],
                limit=1,
            )
        )

    # Evidence

    def action_open_evidence(self, part="I"):
        """Open the notes or answers behind one part of this bond.

        :param part: a key of ``stats.bond.WEIGHTS``, "cap", "served" or "kept"
        :raise UserError: on a part that does not exist
        """
        self.ensure_one()
        self.check_access("read")
        if part == "served":
            return self._open_evidence(
                "relationship.purchase", self.env._("Orders served"), self._get_served_domain()
            )
        if part in ("Q", "cap"):
            return self._open_evidence(
                "relationship.reading", self._get_part_labels()["Q"], self._get_rapport_domain()
            )
        if part not in POINTS and part != "kept":
            raise UserError(self.env._("This part doesn't exist."))
        labels = {**self._get_part_labels(), "kept": self.env._("Promises kept")}
        return self._open_evidence("relationship.note", labels[part], self._get_talk_domain(part))

    def _open_evidence(self, model, name, domain):
        if not self.env[model].has_access("read"):
            raise AccessError(
                self.env._(
                    "Only Customer Relations may read this evidence. Ask them if you wonder."
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "%(what)s: %(customer)s and %(staff)s",
                what=name,
                customer=self.commercial_partner_id.display_name,
                staff=self.staff_id.sudo().name,
            ),
            "res_model": model,
            "views": [(False, "list"), (False, "form")],
            "domain": list(domain),
        }

    def _get_talk_domain(self, part):
        """Domain of the notes that count, or count for one part."""
        domain = Domain(
            [
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("staff_id", "=", self.staff_id.id),
                ("visibility", "=", "company"),
                ("channel", "not in", NOT_A_TALK),
            ]
        )
        year = fields.Date.to_string(self.date - relativedelta(days=365))
        if part == "L":
            domain &= Domain("purpose", "in", (*LISTENING, "sell"))
        elif part == "M":
            domain &= Domain("initiator", "=", "customer")
        elif part == "N":
            domain &= Domain(
                [
                    ("purpose", "in", ("listen", "care")),
                    ("summary", "!=", False),
                    ("date", ">", year),
                ]
            ) | self._get_kept_domain(year)
        elif part == "kept":
            domain &= self._get_kept_domain(year)
        return domain

    def _get_kept_domain(self, year):
        return Domain("promise_ids", "any", [("state", "=", "kept"), ("date_done", ">", year)])

    def _get_rapport_domain(self):
        return Domain(
            [
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("staff_id", "=", self.staff_id.id),
                ("measure_id", "in", self.env["relationship.measure"]._get_rapport_items().ids),
                ("origin", "in", DIRECT_ORIGINS),
                ("voided", "=", False),
                ("na", "=", False),
            ]
        )

    def _get_served_domain(self):
        """Domain of the orders this colleague served. None count but where others say so."""
        return Domain(
            [
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("staff_id", "=", self.staff_id.id),
                ("is_refund", "=", False),
                ("date", ">", fields.Date.to_string(self.date - relativedelta(days=365))),
            ]
        )
