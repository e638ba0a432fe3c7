"""Updating the addon, and updating it again, changes nothing: not the data, not what people set."""

import pytest
from conftest import Client

# Columns that tell when something was written, not what; and what the server notes of its running.
NOISE = (
    "write_date",
    "write_uid",
    "lastcall",
    "nextcall",
    "failure_count",
    "first_failure_date",
    "arch_prev",  # what a view was before it was written, be it the same
)
# Beside our own tables: what an addon puts into Odoo's.
SHARED = (
    "ir_model_data",
    "ir_model_access",
    "ir_rule",
    "ir_ui_view",
    "ir_ui_menu",
    "ir_act_window",
    "ir_act_server",
    "ir_cron",
    "res_groups",
    "res_groups_implied_rel",
    "rule_group_rel",
    "survey_survey",
    "survey_question",
    "survey_question_answer",
    "mail_template",
    "res_company",
    "ir_model_constraint",
    "ir_model_fields",
    "ir_model_fields_selection",
    "ir_config_parameter",
)


@pytest.fixture(scope="module")
def used(databases, clone, start_server):
    """A database in which somebody has made the addon's records their own."""
    server = start_server(clone)
    client = Client(server.url, clone)

    def ref(name):
        row = client.call(
            "ir.model.data",
            "search_read",
            [("module", "=", "relationship_insight"), ("name", "=", name)],
            ["res_id"],
        )[0]
        return row["res_id"]

    (customer,) = client.call("res.partner", "create", [{"name": "Mali"}])
    client.call(
        "relationship.note",
        "create",
        [
            {
                "partner_id": customer,
                "summary": "Likes it quiet",
                "promise": "Call back",
                "feeling_ids": [(4, ref("measure_m02_glad"))],
            }
        ],
    )
    client.call("survey.survey", "write", [ref("relationship_survey_check")], {"title": "Our own"})
    client.call("relationship.measure", "write", [ref("measure_m13")], {"question": "All in all?"})
    client.call("relationship.measure", "write", [ref("measure_m15")], {"active": False})
    client.call("ir.rule", "write", [ref("relationship_bond_rule_staff")], {"active": False})
    client.call("ir.cron", "write", [ref("ir_cron_relationship_refresh")], {"interval_number": 2})
    server.stop()
    return clone


def picture(databases, name):
    """{table: {row}} of everything that is ours or may hold something of ours."""
    tables = databases.sql(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'public' and c.relkind = 'r' and (c.relname like 'relationship%'"
        f" or c.relname in ({', '.join(repr(table) for table in SHARED)}))"
        " and c.relname != 'relationship_refresh_queue' order by 1",
        database=name,
    )
    without = "".join(f" - '{column}'" for column in NOISE)
    return {
        table: set(databases.sql(f'select to_jsonb(t){without} from "{table}" t', database=name))
        for table in tables
    }


def test_updating_twice_changes_nothing(databases, used, tmp_path):
    from ridev import odoo

    pictures = [picture(databases, used)]
    for turn in (1, 2):
        log = tmp_path / f"update-{turn}.log"
        odoo.command(
            databases.server,
            databases.conf,
            used,
            "-u",
            "relationship_insight",
            log=log,
            what="updating the addon",
        )
        assert not [line for line in log.read_text().splitlines() if " ERROR " in line]
        pictures.append(picture(databases, used))
    first, *others = pictures
    assert first["relationship_note"], "nothing to lose"
    for turn, after in enumerate(others, 1):
        assert after.keys() == first.keys()
        for table, rows in first.items():
            lost, new = sorted(rows - after[table]), sorted(after[table] - rows)
            assert (lost, new) == ([], []), f"{table}, update {turn}"
