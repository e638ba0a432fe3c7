import statistics
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...stats import colleagues, silence
from ...stats.suppression import hidden_cells
from .relationship_silence_refresh import PAIRS, TEAM_OF

MIN_GAP_CUSTOMERS = 10
SUMS = (
    "n",
    "comparable",
    "x0",
    "x1",
    "m0",
    "m1",
    "orders",
    "y",
    "squares",
    "logged",
    "listen",
    "sell",
    "never",
    "feelings",
    "felt",
)


class RelationshipSilence(models.Model):
    """Whose sales rose while almost nobody talked: the tests of ``stats.colleagues``."""

    _inherit = "relationship.silence"

    @api.model
    def _judge(self, company, asof, period):
        """Test the units and ``PAIRS`` and store what may be shown."""
        units = self._add_channels(self._read_units(company, asof, period))
        teams = self._get_teams_of_staff()
        floor = company._relationship_floor()
        vals_list = []
        for level in ("staff", "team", "shop"):
            group = [unit for unit in units if unit["level"] == level]
            for unit in group:
                unit["team"] = teams.get(int(unit["unit"])) if level == "staff" else None
            self._compare_with_peers(group)
            self._mark_hidden(group, floor)
            self._add_gaps(group)
            if level == "staff":
                self._store_pairs(company, asof, period, group)
            names = self._get_unit_names(level, group)
            vals_list += [
                self._prepare_unit(company, asof, period, unit, names[unit["unit"]], floor)
                for unit in group
                if unit["orders"] and unit["unit"] in names
            ]
        self.create(vals_list)

    @api.model
    def _get_teams_of_staff(self):
        return {staff: int(team) for staff, team in self.env.execute_query(TEAM_OF)}

    @api.model
    def _add_channels(self, cells):
        """Return one dict per unit: the sums over its channels, and those of each channel."""
        units = {}
        for cell in cells:
            unit = units.setdefault(
                (cell["level"], cell["unit"]),
                {
                    **dict.fromkeys(SUMS, 0),
                    "level": cell["level"],
                    "unit": cell["unit"],
                    "bond_change": cell["bond_change"],
                    "channels": {},
                },
            )
            for name in SUMS:
                unit[name] += cell[name]
            if cell["orders"]:
                unit["channels"][cell["channel"]] = cell
        return list(units.values())

    @api.model
    def _get_others(self, unit, group):
        """Return the units of a unit's team, and all others that sell in its channels."""
        others = [
            other
            for other in group
            if other is not unit and unit["channels"].keys() & other["channels"].keys()
        ]
        return [other for other in others if unit["team"] and other["team"] == unit["team"]], others

    @api.model
    def _compare_with_peers(self, group):
        """Add to each unit what colleagues have, the tests, and whether it logs at all."""
        for unit in group:
            unit["cells"] = {
                channel: colleagues.Cell(
                    *(float(cell[name]) for name in ("n", "y", "squares", "orders"))
                )
                for channel, cell in unit["channels"].items()
            }
        tested = []
        for unit in group:
            team, others = self._get_others(unit, group)
            comparison = colleagues.compare(
                unit["cells"], *([other["cells"] for other in each] for each in (team, others))
            )
            near = team if len(team) >= colleagues.MIN_TEAM else others
            usual = statistics.median(other["logged"] for other in near) if near else 0
            x0, x1 = float(unit["x0"]), float(unit["x1"])
            unit.update(
                peers=comparison.peers,
                expected=comparison.typical,
                logs=unit["logged"] >= silence.MIN_LOGGING * usual,
                ratio=silence.growth_ratio(x0, x1),
                growth_p=silence.growth_p(x0, x1),
                verdict=comparison.usual and colleagues.judge(x0, x1, float(unit["y"]), comparison),
                q=None,
            )
            if unit["verdict"] and x0 + x1 >= silence.MIN_ORDERS:
                tested.append(unit)
        adjusted = silence.adjusted_by_count([(unit["verdict"].p, 1) for unit in tested])
        for unit, q in zip(tested, adjusted):
            unit["q"] = q

    @api.model
    def _get_status(self, unit):
        verdict = unit["verdict"]
        if unit["hidden"]:
            return "suppressed"
        if not verdict:
            return "peers"
        if unit["q"] is not None and colleagues.is_silent(*verdict[:3], unit["q"]):
            return "silent" if unit["logs"] else "logging"
        return "ok" if verdict.can_tell else "talks"

    @api.model
    def _mark_hidden(self, group, floor):
        """Hide units below the minimum, and as many more as keep sums from telling them."""
        hidden = hidden_cells({unit["unit"]: unit["n"] for unit in group}, floor)
        for team in {unit["team"] for unit in group} - {None}:
            hidden |= hidden_cells(
                {unit["unit"]: unit["n"] for unit in group if unit["team"] == team}, floor
            )
        for unit in group:
            unit["hidden"] = unit["unit"] in hidden or unit["n"] < floor
            unit["gap"], unit["judged"] = None, 0

    @api.model
    def _add_gaps(self, group):
        """z(growth) - z(median change of bonds), over those with ten customers or more.

        Where there is none, what it waits for.
        """
        for unit in group:
            unit["gap_wait"] = self._get_gap_wait(unit)
        known = [unit for unit in group if not unit["hidden"] and not unit["gap_wait"]]
        growth = silence.z_scores([unit["ratio"] for unit in known])
        bonds = silence.z_scores([unit["bond_change"] for unit in known])
        for place, unit in enumerate(known):
            if growth and bonds:
                unit["gap"] = growth[place] - bonds[place]
            else:
                unit["gap_wait"] = "others"

    @api.model
    def _get_gap_wait(self, unit):
        if unit["level"] == "shop":
            return "persons"
        if unit["n"] < MIN_GAP_CUSTOMERS:
            return "customers"
        if unit["ratio"] is None:
            return "orders"
        return "bonds" if unit["bond_change"] is None else False

    @api.model
    def _get_unit_names(self, level, group):
        """Return {unit: name} of those that still exist."""
        if level == "shop":
            return {unit["unit"]: unit["unit"] for unit in group}
        model = {"staff": "res.partner", "team": "crm.team"}[level]
        records = (
            self.env[model]
            .sudo()
            .with_context(active_test=False)
            .browse([int(unit["unit"]) for unit in group])
            .exists()
        )
        return {str(record.id): record.name or record.display_name for record in records}

    @api.model
    def _prepare_unit(self, company, asof, period, unit, name, floor):
        level = unit["level"]
        vals = {
            "name": name,
            "company_id": company.id,
            "level": level,
            "period": str(period),
            "date": asof,
            "date_from": asof - timedelta(days=period - 1),
            "staff_id": int(unit["unit"]) if level == "staff" else False,
            "team_id": int(unit["unit"]) if level == "team" else unit["team"] or False,
            "status": self._get_status(unit),
        }
        if unit["hidden"]:
            return vals
        spoken = unit["listen"] + unit["sell"]
        told = unit["felt"] >= floor
        figures = {
            "customer_count": unit["n"],
            "orders_before": unit["x0"],
            "orders_now": unit["x1"],
            "sales_before": unit["m0"],
            "sales_now": unit["m1"],
            "growth": None if unit["ratio"] is None else unit["ratio"] - 1,
            "growth_p": unit["growth_p"],
            "talk_count": unit["y"],
            "expected_talks": unit["expected"],
            "deficit_p": unit["verdict"] and unit["verdict"].deficit_p,
            "p_value": unit["q"],
            "listening": unit["listen"] / spoken if spoken else None,
            "never_count": unit["never"],
            "feeling": unit["feelings"] / unit["felt"] if told else None,
            "bond_change": unit["bond_change"],
            "gap": unit["gap"],
            "gap_wait": unit["gap_wait"],
            "judged_count": unit["judged"],
            "usual_talks": self._get_usual_talks(unit),
            "needed_talks": self._get_needed_talks(unit),
        }
        return vals | {key: value for key, value in figures.items() if value is not None}

    # The customers of each colleague whose sales rose in silence, one by one.

    @api.model
    def _get_usual_talks(self, unit):
        """Return the talks expected of a customer, by what colleagues have per order."""
        buyers = sum(unit["cells"][channel].n for channel in unit["peers"])
        return (
            sum(
                peers.rate * unit["cells"][channel].orders
                for channel, peers in unit["peers"].items()
            )
            / buyers
            if buyers
            else None
        )

    @api.model
    def _get_needed_talks(self, unit):
        """Return the talks that must be expected of a customer before none at all says much."""
        return min(
            (silence.least_expected(peers.size) for peers in unit["peers"].values()), default=None
        )

    @api.model
    def _store_pairs(self, company, asof, period, group):
        """Store the customers of each colleague whose sales rose in silence.

        Pairs with the same counts have the same chance, so each chance is computed once.
        """
        shown = {unit["unit"]: unit for unit in group if unit["peers"] and not unit["hidden"]}
        cells = self._fetch(
            SQL(
                """
            SELECT unit, channel, x0, x1, LEAST(y, %(most)s) AS y, COUNT(*) AS pairs
              FROM %(pairs)s
             WHERE level = 'staff' AND x0 IS NOT NULL AND x0 + x1 >= %(least)s
               AND unit = ANY(%(units)s)
          GROUP BY 1, 2, 3, 4, 5
            """,
                most=silence.MAX_TALKS + 1,
                least=silence.MIN_ORDERS,
                units=list(shown),
                pairs=PAIRS,
            )
        )
        cells = [cell for cell in cells if cell["channel"] in shown[cell["unit"]]["peers"]]
        for cell in cells:
            peers = shown[cell["unit"]]["peers"][cell["channel"]]
            cell["p"] = silence.pair_p(cell["x0"], cell["x1"], cell["y"], peers)
            cell["expected"] = peers.rate * cell["x1"]
            cell["deficit_p"] = silence.deficit_p(cell["y"], cell["expected"], peers.size)
            if cell["expected"] >= silence.least_expected(peers.size):
                shown[cell["unit"]]["judged"] += cell["pairs"]
        adjusted = silence.adjusted_by_count([(cell["p"], cell["pairs"]) for cell in cells])
        rows = [
            SQL(
                "(%s, %s, %s, %s, %s, %s::float8, %s::float8, %s::float8, %s::float8, %s)",
                cell["unit"],
                cell["channel"],
                cell["x0"],
                cell["x1"],
                cell["y"],
                q,
                silence.growth_p(cell["x0"], cell["x1"]),
                cell["deficit_p"],
                cell["expected"],
                "silent" if shown[cell["unit"]]["logs"] else "logging",
            )
            for cell, q in zip(cells, adjusted)
            if cell["p"] <= silence.ALPHA and q <= silence.FDR
        ]
        if not rows:
            return
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO relationship_silent_pair (
                company_id, commercial_partner_id, staff_id, team_id, period, date, date_from,
                status, orders_before, orders_now, sales_before, sales_now, talk_count,
                expected_talks, growth_p, deficit_p, p_value, create_uid, create_date, write_uid,
                write_date)
            SELECT %(company)s, pair.customer, pair.unit::int, team.team::int, %(period)s, %(asof)s,
                   %(since)s, cell.status, pair.x0, pair.x1, pair.m0, pair.m1, pair.y,
                   cell.expected, cell.growth_p, cell.deficit_p, cell.q, 1,
                   NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC'
              FROM %(pairs)s pair
              JOIN (VALUES %(rows)s) AS cell (
                   unit, channel, x0, x1, y, q, growth_p, deficit_p, expected, status)
                ON cell.unit = pair.unit AND cell.channel = pair.channel AND cell.x0 = pair.x0
               AND cell.x1 = pair.x1 AND cell.y = pair.y
         LEFT JOIN (%(team_of)s) team ON team.staff = pair.unit::int
             WHERE pair.level = 'staff'
            """,
                company=company.id,
                team_of=TEAM_OF,
                period=str(period),
                asof=SQL("%s::date", asof),
                since=SQL("%s::date", asof - timedelta(days=period - 1)),
                rows=SQL(", ").join(rows),
                pairs=PAIRS,
            )
        )
