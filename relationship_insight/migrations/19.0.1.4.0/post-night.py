"""The night is each company's own: the job looks every hour, unless somebody chose otherwise."""


def migrate(cr, version):
    cr.execute("""
        UPDATE ir_cron cron SET interval_type = 'hours', nextcall = LEAST(
               nextcall, date_trunc('hour', NOW() AT TIME ZONE 'UTC') + interval '90 minutes')
          FROM ir_model_data named
         WHERE named.module = 'relationship_insight' AND named.model = 'ir.cron'
           AND named.name = 'ir_cron_relationship_refresh' AND named.res_id = cron.id
           AND cron.interval_number = 1 AND cron.interval_type = 'days'
        """)
    # Whose customers were read before is not "never read".
    cr.execute("""
        UPDATE res_company company SET relationship_refreshed = last.moment
          FROM (SELECT company_id, MAX(write_date) AS moment
                  FROM relationship_profile GROUP BY company_id) last
         WHERE last.company_id = company.id AND company.relationship_refreshed IS NULL
        """)
