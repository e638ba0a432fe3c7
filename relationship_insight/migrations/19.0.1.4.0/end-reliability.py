from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Estimate reliability from the answers there are, and count with it from the next night on.

    Otherwise the forms of the measures would stay empty until the next monthly calibration.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    Reliability = env["relationship.reliability"]
    for company in env["relationship.calibration"].search([]).company_id:
        day = company._relationship_today()
        params = Reliability._get_params(Reliability._refresh(company, day))
        latest = env["relationship.calibration"].search([("company_id", "=", company.id)], limit=1)
        latest.params = {**latest.params, **params}
