"""A synthetic shop for the benchmarks: customers, orders and readings, made inside PostgreSQL."""

YEARS = 2


def make(env, customers, orders, readings, notes):
    """Fill the database; a tenth of the orders are sale orders, the rest is the till's.

    Purchase rates are spread as a gamma distribution would, so some customers buy every week
    and most hardly ever. Every tenth order has a discounted line.
    """
    cr = env.cr
    company = env.company
    warehouse = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
    config = env["pos.config"].search([("company_id", "=", company.id)], limit=1)
    if not config:
        config = env["pos.config"].create(
            {"name": "Bench", "picking_type_id": warehouse.pos_type_id.id}
        )
    product = env["product.product"].create({"name": "Bench", "list_price": 10})
    session = env["pos.session"].create({"config_id": config.id, "user_id": env.uid})
    env.flush_all()
    cr.execute("SELECT COALESCE(MAX(id), 0) FROM res_partner")
    base = cr.fetchone()[0]
    fill = {
        "base": base,
        "customers": customers,
        "orders": orders,
        "readings": readings,
        "notes": notes,
        "company": company.id,
        "uid": env.uid,
        "config": config.id,
        "session": session.id,
        "product": product.id,
        "uom": product.uom_id.id,
        "warehouse": warehouse.id,
        "currency": company.currency_id.id,
        "days": YEARS * 365,
        "partner": env.user.partner_id.id,
        "till": orders - orders // 10,
        "sale": orders // 10,
    }
    # The rows are made to fit: checking ten million foreign keys would take longer than all else.
    cr.execute("SET LOCAL session_replication_role = replica")
    cr.execute(
        """
        INSERT INTO res_partner (name, complete_name, active, is_company, type, autopost_bills,
                                 lang, email, email_normalized, create_date, write_date)
        SELECT 'Bench ' || i, 'Bench ' || i, TRUE, i %% 20 = 0, 'contact', 'ask', 'en_US',
               'bench' || i || '@example.com', 'bench' || i || '@example.com', NOW(), NOW()
          FROM generate_series(1, %(customers)s) i
    """,
        fill,
    )
    cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE id > %(base)s", fill)
    cr.execute("SELECT MIN(id) - 1 FROM res_partner WHERE name LIKE 'Bench %%' AND id > %s", [base])
    fill["base"] = cr.fetchone()[0]
    # The square of a uniform number favours low ids: those customers buy most.
    cr.execute(
        """
        INSERT INTO pos_order (name, date_order, user_id, amount_tax, amount_total, amount_paid,
                               amount_return, company_id, partner_id, session_id, config_id, state,
                               currency_rate, is_refund, create_date, write_date)
        SELECT 'BENCH/' || i, NOW() AT TIME ZONE 'UTC' - (RANDOM() * %(days)s) * INTERVAL '1 day',
               %(uid)s, 0, 10 + i %% 90, 10 + i %% 90, 0, %(company)s,
               %(base)s + 1 + FLOOR(POWER(RANDOM(), 2) * %(customers)s)::int, %(session)s,
               %(config)s, 'done', 1, FALSE, NOW(), NOW()
          FROM generate_series(1, %(till)s) i
    """,
        fill,
    )
    cr.execute(
        """
        INSERT INTO sale_order (name, partner_id, partner_invoice_id, partner_shipping_id,
                                company_id, currency_id, currency_rate, state, date_order,
                                amount_untaxed,
                                amount_tax, amount_total, user_id, picking_policy, warehouse_id,
                                create_date, write_date)
        SELECT 'BENCHSO' || i, p, p, p, %(company)s, %(currency)s, 1, 'sale',
               NOW() AT TIME ZONE 'UTC' - (RANDOM() * %(days)s) * INTERVAL '1 day',
               20 + i %% 500, 0, 20 + i %% 500, %(uid)s, 'direct', %(warehouse)s, NOW(), NOW()
          FROM (SELECT i, %(base)s + 1 + FLOOR(POWER(RANDOM(), 2) * %(customers)s)::int AS p
                  FROM generate_series(1, %(sale)s) i) drawn
    """,
        fill,
    )
    cr.execute(
        """
        INSERT INTO pos_order_line (order_id, name, product_id, qty, price_unit, price_subtotal,
                                    price_subtotal_incl, discount, company_id, create_date,
                                    write_date)
        SELECT id, 'L' || id, %(product)s, 1, amount_total * 1.25, amount_total, amount_total, 20,
               %(company)s, NOW(), NOW()
          FROM pos_order WHERE name LIKE 'BENCH/%%' AND id %% 10 = 0
    """,
        fill,
    )
    _readings(env, fill)
    cr.execute(
        """
        INSERT INTO relationship_note (partner_id, commercial_partner_id, company_id, staff_id,
                                       date, channel, purpose, initiator, depth, visibility,
                                       summary, create_date, write_date, create_uid)
        SELECT p, p, %(company)s, %(partner)s,
               NOW() AT TIME ZONE 'UTC' - (RANDOM() * 365) * INTERVAL '1 day', 'store', 'listen',
               'customer', '1.0', 'company', 'said something', NOW(), NOW(), %(uid)s
          FROM (SELECT %(base)s + 1 + FLOOR(POWER(RANDOM(), 2) * %(customers)s)::int AS p
                  FROM generate_series(1, %(notes)s)) drawn
    """,
        fill,
    )
    cr.commit()
    cr.execute("""
        ANALYZE res_partner; ANALYZE pos_order; ANALYZE sale_order; ANALYZE pos_order_line;
        ANALYZE relationship_reading; ANALYZE relationship_note
    """)
    env.cr.commit()
    env.invalidate_all()
    return fill["base"]


def _readings(env, fill):
    """Waves of ten answers per person and day: feelings, relative attitude, pride, motives."""
    codes = (
        "M01_glad",
        "M01_cared",
        "M01_ease",
        "M01_annoyed",
        "M01_letdown",
        "M01_ignored",
        "M13",
        "M03",
        "M16_price",
        "M16_staff",
    )
    for position, code in enumerate(codes):
        measure = env["relationship.measure"].search([("code", "=", code)])
        span = measure.scale_max - measure.scale_min
        env.cr.execute(
            """
            INSERT INTO relationship_reading (measure_id, facet, valence, partner_id,
                   commercial_partner_id, company_id, date, value, score, origin, version,
                   create_date, write_date, create_uid)
            SELECT %(measure)s, %(facet)s, %(valence)s, p, p, %(company)s,
                   NOW() AT TIME ZONE 'UTC' - age * INTERVAL '1 day', v,
                   100 * (v - %(low)s) / %(span)s, 'survey', 1, NOW(), NOW(), 1
              FROM (
                SELECT %(base)s + 1 + (i * 7919 %% %(customers)s) AS p,
                       (i * 104729 %% 500) + 0.5 AS age,
                       %(low)s + (i * 31 + %(position)s * 7) %% (%(span)s::int + 1) AS v
                  FROM generate_series(1::bigint, %(waves)s) i
              ) drawn
        """,
            {
                **fill,
                "measure": measure.id,
                "facet": measure.facet,
                "valence": measure.valence,
                "low": measure.scale_min,
                "span": span,
                "position": position,
                "waves": fill["readings"] // len(codes),
            },
        )
