from odoo import models


class ResourceResource(models.Model):
    """The departure of an employee, where employees exist: archiving one archives its resource."""

    _inherit = "resource.resource"

    def write(self, vals):
        leaving = self.browse()
        if "active" in vals and not vals["active"] and "hr.employee" in self.env:
            leaving = self.filtered("active")
        res = super().write(vals)
        if leaving:
            leaving._relationship_hand_over_employees()
        return res

    def _relationship_hand_over_employees(self):
        """Hand over for these employees, unless they still work for another company of ours."""
        Employee = self.env["hr.employee"].sudo().with_context(active_test=False)
        Handover = self.env["relationship.handover"]
        for employee in Employee.search([("resource_id", "in", self.ids)]):
            user = employee.user_id
            others = user and Employee.search_count(
                [
                    ("user_id", "=", user.id),
                    ("resource_id.active", "=", True),
                    ("id", "!=", employee.id),
                ],
                limit=1,
            )
            if user.active and not others:
                Handover._hand_over_users(user, "departure")
            elif not user and employee.work_contact_id:
                Handover._hand_over_staff(
                    employee.work_contact_id, employee.company_id, "departure"
                )
