import statistics
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..stats import silence
from ..stats.suppression import hidden_cells

MIN_PEERS = 3
MIN_GAP_CUSTOMERS = 10
SUMS = (
    "n", "comparable", "x0", "x1", "m0", "m1", "orders", "y", "squares", "logged", "listen",
    "sell", "never", "feelings", "felt",
)


class RelationshipSilence(models.Model):
    """Whose sales rose while almost nobody talked: the tests of ``stats.silence``."""

    _inherit = "relationship.silence"

    @api.model
    def _judge(self, company, asof, period):
        """Test the units and pairs of ``relationship_sale_pair`` and store what may be shown."""
        units = self._add_channels(self._read_units(company, asof, period))
        teams = self._get_teams_of_staff()
        floor = max(company.relationship_minimum_group, 1)
        vals_list = []
        for level in ("staff", "team", "shop"):
            group = [unit for unit in units if unit["level"] == level]
            for unit in group:
                unit["team"] = teams.get(int(unit["unit"])) if level == "staff" else None
            self._compare_with_peers(group)
            self._mark_hidden(group, floor)
            if level == "staff":
                self._add_gaps(group)
                self._store_pairs(company, asof, period, group)
            names = self._get_unit_names(level, group)
            vals_list += [
                self._prepare_unit(company, asof, period, unit, names[unit["unit"]], floor)
                for unit in group if unit["orders"] and unit["unit"] in names]
        self.create(vals_list)

    @api.model
    def _get_teams_of_staff(self):
        return dict(self.env.execute_query(SQL(
            """
            SELECT u.partner_id, MIN(member.crm_team_id) FROM crm_team_member member
              JOIN res_users u ON u.id = member.user_id WHERE member.active GROUP BY 1
            """)))

    @api.model
    def _add_channels(self, cells):
        """Return one dict per unit: the sums over its channels, and those of each channel."""
        units = {}
        for cell in cells:
            unit = units.setdefault((cell["level"], cell["unit"]), {
                **dict.fromkeys(SUMS, 0), "level": cell["level"], "unit": cell["unit"],
                "bond_change": cell["bond_change"], "channels": {}})
            for name in SUMS:
                unit[name] += cell[name]
            if cell["orders"]:
                unit["channels"][cell["channel"]] = cell
        return list(units.values())

    @api.model
    def _get_peers(self, unit, group, channel):
        """Return the sums of those to compare with in a channel: its team if that is enough."""
        others = [
            other for other in group if other is not unit and channel in other["channels"]]
        team = [other for other in others if unit["team"] and other["team"] == unit["team"]]
        peers = team if len(team) >= MIN_PEERS else others
        return [peer["channels"][channel] for peer in peers], [
            other["channels"][channel] for other in others]

    @api.model
    def _read_peers(self, unit, group, channel):
        """Return ``silence.Peers`` for one channel; None without anybody to learn from."""
        peers, others = self._get_peers(unit, group, channel)
        rate = silence.shrunk_rate(
            float(sum(peer["y"] for peer in peers)), float(sum(p["orders"] for p in peers)),
            [(float(other["y"]), float(other["orders"])) for other in others])
        size = silence.size_by_moments(*(
            float(sum(other[name] for other in others)) for name in ("n", "y", "squares")))
        return silence.Peers(rate, size) if rate and size else None

    @api.model
    def _compare_with_peers(self, group):
        """Add to each unit what peers do per order, the tests, and whether it logs at all."""
        tested = []
        for unit in group:
            unit["peers"] = {
                channel: peers for channel in unit["channels"]
                if (peers := self._read_peers(unit, group, channel))}
            unit["expected"] = sum(
                peers.rate * float(unit["channels"][channel]["orders"])
                for channel, peers in unit["peers"].items())
            unit["logs"] = unit["logged"] >= silence.MIN_LOGGING * self._get_usual_logging(
                unit, group)
            unit["ratio"] = silence.growth_ratio(float(unit["x0"]), float(unit["x1"]))
            unit["growth_p"] = silence.growth_p(float(unit["x0"]), float(unit["x1"]))
            unit["deficit_p"] = silence.deficit_p(
                float(unit["y"]), unit["expected"],
                min(peers.size for peers in unit["peers"].values())) if unit["peers"] else None
            unit["q"] = None
            if unit["peers"] and unit["x0"] + unit["x1"] >= silence.MIN_ORDERS:
                tested.append(unit)
        adjusted = silence.adjusted_by_count([(self._get_unit_p(unit), 1) for unit in tested])
        for unit, q in zip(tested, adjusted):
            unit["q"] = q

    @api.model
    def _get_usual_logging(self, unit, group):
        """Return how many talks the middle colleague logged, with anybody."""
        others = [
            other for other in group
            if other is not unit and unit["channels"].keys() & other["channels"].keys()]
        team = [other for other in others if unit["team"] and other["team"] == unit["team"]]
        peers = team if len(team) >= MIN_PEERS else others
        return statistics.median(peer["logged"] for peer in peers) if peers else 0

    @api.model
    def _get_unit_p(self, unit):
        """The larger of both p-values; 1 if orders did not grow or talks are more than a few."""
        few = unit["y"] <= max(silence.MAX_TALKS, unit["n"] / 10)
        grew = unit["ratio"] is None or unit["ratio"] >= silence.MIN_RATIO
        return max(unit["growth_p"], unit["deficit_p"]) if few and grew else 1.0

    @api.model
    def _get_status(self, unit):
        if unit["hidden"]:
            return "suppressed"
        if not unit["peers"]:
            return "peers"
        flagged = (
            unit["q"] is not None and unit["q"] <= silence.FDR
            and self._get_unit_p(unit) <= silence.ALPHA)
        if not flagged:
            return "ok"
        return "silent" if unit["logs"] else "logging"

    @api.model
    def _mark_hidden(self, group, floor):
        """Hide units below the minimum, and as many more as keep sums from telling them."""
        hidden = hidden_cells({unit["unit"]: unit["n"] for unit in group}, floor)
        for team in {unit["team"] for unit in group} - {None}:
            hidden |= hidden_cells(
                {unit["unit"]: unit["n"] for unit in group if unit["team"] == team}, floor)
        for unit in group:
            unit["hidden"] = unit["unit"] in hidden or unit["n"] < floor
            unit["gap"] = None

    @api.model
    def _add_gaps(self, group):
        """z(growth) - z(median change of bonds), over those with ten customers or more."""
        known = [
            unit for unit in group
            if not unit["hidden"] and unit["n"] >= MIN_GAP_CUSTOMERS
            and unit["ratio"] is not None and unit["bond_change"] is not None]
        growth = silence.z_scores([unit["ratio"] for unit in known])
        bonds = silence.z_scores([unit["bond_change"] for unit in known])
        if growth and bonds:
            for unit, more, closer in zip(known, growth, bonds):
                unit["gap"] = more - closer

    @api.model
    def _get_unit_names(self, level, group):
        """Return {unit: name} of those that still exist."""
        if level == "shop":
            return {unit["unit"]: unit["unit"] for unit in group}
        model = {"staff": "res.partner", "team": "crm.team"}[level]
        records = self.env[model].sudo().with_context(active_test=False).browse(
            [int(unit["unit"]) for unit in group]).exists()
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
            "customer_count": unit["n"], "orders_before": unit["x0"], "orders_now": unit["x1"],
            "sales_before": unit["m0"], "sales_now": unit["m1"],
            "growth": None if unit["ratio"] is None else unit["ratio"] - 1,
            "growth_p": unit["growth_p"], "talk_count": unit["y"],
            "expected_talks": unit["expected"] if unit["peers"] else None,
            "deficit_p": unit["deficit_p"], "p_value": unit["q"],
            "listening": unit["listen"] / spoken if spoken else None,
            "never_count": unit["never"],
            "feeling": unit["feelings"] / unit["felt"] if told else None,
            "bond_change": unit["bond_change"], "gap": unit["gap"],
        }
        return vals | {key: value for key, value in figures.items() if value is not None}

    # Pairs

    @api.model
    def _store_pairs(self, company, asof, period, group):
        """Store the customers of each colleague whose sales rose in silence.

        Pairs with the same counts have the same chance, so each chance is computed once.
        """
        shown = {
            unit["unit"]: unit for unit in group if unit["peers"] and not unit["hidden"]}
        cells = self._fetch(SQL(
            """
            SELECT unit, channel, x0, x1, LEAST(y, %(most)s) AS y, COUNT(*) AS pairs
              FROM relationship_sale_pair
             WHERE level = 'staff' AND x0 IS NOT NULL AND x0 + x1 >= %(least)s
               AND unit = ANY(%(units)s)
          GROUP BY 1, 2, 3, 4, 5
            """,
            most=silence.MAX_TALKS + 1, least=silence.MIN_ORDERS, units=list(shown)))
        cells = [cell for cell in cells if cell["channel"] in shown[cell["unit"]]["peers"]]
        for cell in cells:
            peers = shown[cell["unit"]]["peers"][cell["channel"]]
            cell["p"] = silence.pair_p(cell["x0"], cell["x1"], cell["y"], peers)
            cell["expected"] = peers.rate * cell["x1"]
            cell["deficit_p"] = silence.deficit_p(cell["y"], cell["expected"], peers.size)
        adjusted = silence.adjusted_by_count([(cell["p"], cell["pairs"]) for cell in cells])
        rows = [
            SQL("(%s, %s, %s, %s, %s, %s::float8, %s::float8, %s::float8, %s::float8, %s)",
                cell["unit"], cell["channel"], cell["x0"], cell["x1"], cell["y"], q,
                silence.growth_p(cell["x0"], cell["x1"]), cell["deficit_p"], cell["expected"],
                "silent" if shown[cell["unit"]]["logs"] else "logging")
            for cell, q in zip(cells, adjusted)
            if cell["p"] <= silence.ALPHA and q <= silence.FDR]
        if not rows:
            return
        self.env.cr.execute(SQL(
            """
            INSERT INTO relationship_silent_pair (
                company_id, commercial_partner_id, staff_id, team_id, period, date, date_from,
                status, orders_before, orders_now, sales_before, sales_now, talk_count,
                expected_talks, growth_p, deficit_p, p_value, create_uid, create_date, write_uid,
                write_date)
            SELECT %(company)s, pair.customer, pair.unit::int, team.team, %(period)s, %(asof)s,
                   %(since)s, cell.status, pair.x0, pair.x1, pair.m0, pair.m1, pair.y,
                   cell.expected, cell.growth_p, cell.deficit_p, cell.q, 1,
                   NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC'
              FROM relationship_sale_pair pair
              JOIN (VALUES %(rows)s) AS cell (
                   unit, channel, x0, x1, y, q, growth_p, deficit_p, expected, status)
                ON cell.unit = pair.unit AND cell.channel = pair.channel AND cell.x0 = pair.x0
               AND cell.x1 = pair.x1 AND cell.y = pair.y
         LEFT JOIN (
                SELECT u.partner_id AS staff, MIN(member.crm_team_id) AS team
                  FROM crm_team_member member JOIN res_users u ON u.id = member.user_id
                 WHERE member.active GROUP BY 1
              ) team ON team.staff = pair.unit::int
             WHERE pair.level = 'staff'
            """,
            company=company.id, period=str(period), asof=SQL("%s::date", asof),
            since=SQL("%s::date", asof - timedelta(days=period - 1)),
            rows=SQL(", ").join(rows)))
