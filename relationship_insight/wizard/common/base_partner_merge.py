from odoo import models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_reference_fields(self, src_partners, dst_partner):
        """Documents of ours that are named by model and id follow too: Odoo knows its own alone."""
        res = super()._update_reference_fields(src_partners, dst_partner)
        for name, model in self.env.registry.items():
            if not name.startswith("relationship.") or model._abstract or not model._auto:
                continue
            for field in model._fields.values():
                if field.type == "many2one_reference" and field.store:
                    column = SQL.identifier(field.name)
                    self.env.cr.execute(
                        SQL(
                            "UPDATE %s SET %s = %s WHERE %s = 'res.partner' AND %s = ANY(%s)",
                            SQL.identifier(model._table),
                            column,
                            dst_partner.id,
                            SQL.identifier(field.model_field),
                            column,
                            src_partners.ids,
                        )
                    )
        self.env.invalidate_all()
        return res
