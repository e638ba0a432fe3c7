from odoo import api, models
from odoo.fields import Domain

# Each stage is what the one before let through; who answered has opened, even if no mail told.
STAGES = {
    "planned": Domain("state", "!=", "cancelled"),
    "sent": Domain("state", "not in", ("planned", "sending", "cancelled")) & Domain(
        "date_sent", "!=", False),
    "delivered": Domain("state", "not in", ("planned", "sending", "cancelled", "failed")) & Domain(
        "date_sent", "!=", False) & Domain("failure_type", "=", False),
    "opened": Domain("state", "not in", ("planned", "sending", "cancelled", "failed")) & (
        Domain("date_open", "!=", False) | Domain("date_start", "!=", False)),
    "started": Domain("date_start", "!=", False),
    "done": Domain("date_done", "!=", False),
}
RATE_CUTS = ("wave_id", "channel", "lang", "shop_name", "stratum", "step", "is_refreshment")


class RelationshipCampaign(models.Model):
    """What the report of one campaign shows."""

    _inherit = "relationship.campaign"

    def action_open_report(self):
        """Open the picture of how many answered, and what they said."""
        self.ensure_one()
        return {
            **self.env["ir.actions.client"]._for_xml_id(
                "relationship_insight.relationship_campaign_report_action"),
            "name": self.name,
            "params": {"campaign_id": self.id},
        }

    @api.readonly
    def get_campaign_report(self, wave_id=None):
        """Return funnel, response rates and results of one campaign.

        ``funnel`` counts invitations stage by stage, each with the domain of the rows it counts;
        programs that open links are in none, and what was marked as doubtful is in all: how much
        of it is among the finished ones is ``marked``. ``rates`` are the same by wave, channel,
        language, shop, group, number of reminders and new faces. ``measures`` have their results
        in time.

        :param wave_id: only this wave in funnel and rates
        """
        self.ensure_one()
        self.check_access("read")
        base = Domain("campaign_id", "=", self.id)
        if wave_id:
            base &= Domain("wave_id", "=", wave_id)
        return {
            "name": self.name,
            "waves": [[wave.id, wave.display_name] for wave in self.wave_ids],
            "wave_id": wave_id or False,
            "funnel": self._get_funnel(base),
            "rates": {cut: self._get_rates(base, cut) for cut in RATE_CUTS},
            "measures": self._get_result_lines(),
            "floor": max(self.company_id.relationship_minimum_group, 1),
        }

    def _get_funnel(self, base):
        Invitation = self.env["relationship.invitation"]
        names = {
            "planned": self.env._("Chosen"), "sent": self.env._("Sent"),
            "delivered": self.env._("Delivered"), "opened": self.env._("Opened by a person"),
            "started": self.env._("Began to answer"), "done": self.env._("Finished"),
        }
        doubtful = base & STAGES["done"] & Domain("flag", "!=", False)
        marked = {"done": {
            "marked": Invitation.search_count(doubtful), "marked_domain": list(doubtful)}}
        return [
            {"stage": stage, "name": names[stage], "domain": list(base & domain),
             "count": Invitation.search_count(base & domain), **marked.get(stage, {})}
            for stage, domain in STAGES.items()]

    def _get_rates(self, base, cut):
        """Return [label, delivered, finished, domain] of each value of a cut."""
        Invitation = self.env["relationship.invitation"]
        delivered = dict(self._get_stage_counts(base, cut, "delivered"))
        done = dict(self._get_stage_counts(base, cut, "done"))
        field = Invitation._fields[cut]
        labels = dict(field._description_selection(self.env)) if field.type == "selection" else {}
        if field.type == "boolean":
            labels = {True: self.env._("Asked for the first time"),
                      False: self.env._("Asked before")}
        rates = []
        for value, count in sorted(delivered.items(), key=lambda row: -row[1]):
            record = value if hasattr(value, "_name") else None
            label = record.display_name if record else labels.get(value, value)
            rates.append({
                "label": str(label) if label or label == 0 else self.env._("None"),
                "delivered": count,
                "done": done.get(value, 0),
                "domain": list(base & Domain(
                    cut, "=", record.id if record else value) & STAGES["delivered"]),
            })
        return rates

    def _get_stage_counts(self, base, cut, stage):
        return self.env["relationship.invitation"]._read_group(
            base & STAGES[stage], [cut], ["__count"])

    def _get_result_lines(self):
        """Return each measure with its figures in time, oldest first, and its cuts now."""
        lines = {}
        results = self.env["relationship.campaign.result"].search_fetch(
            [("campaign_id", "=", self.id)], order="measure_id, segment, period, cut, cut_value")
        names = {
            name: dict(results._fields[name]._description_selection(self.env))
            for name in ("cut", "moved", "status")}
        languages = dict(self.env["res.lang"].sudo().with_context(
            active_test=False).search_fetch([], ["code", "name"]).mapped(
                lambda lang: (lang.code, lang.name)))
        channels = dict(self.env["relationship.invitation"]._fields[
            "channel"]._description_selection(self.env))
        for result in results:
            line = lines.setdefault(result.measure_id, {
                "id": result.measure_id.id, "code": result.measure_id.code,
                "name": result.measure_id.name, "question": result.measure_id.question or "",
                "points": [], "cuts": []})
            point = {
                name: result[name] for name in (
                    "n", "flagged_count", "n_eff", "mean", "low", "high", "segment", "status",
                    "recommend", "recommend_low", "recommend_high",
                    "weighted", "likeness", "moved", "change", "change_low", "change_high",
                    "least_change", "pairs", "pair_change", "pair_low", "pair_high", "cut")}
            point["period"] = result.period.isoformat()
            if result.cut == "all":
                line["points"].append(point)
            else:
                value = result.cut_value
                point["cut_name"] = names["cut"][result.cut]
                point["label"] = {"lang": languages, "channel": channels}.get(
                    result.cut, {}).get(value, value)
                line["cuts"].append(point)
        for line in lines.values():
            newest = line["points"][-1]["period"] if line["points"] else None
            line["cuts"] = [cut for cut in line["cuts"] if cut["period"] == newest]
        return list(lines.values())
