from odoo.tests import TransactionCase, tagged

from odoo.addons.relationship_insight.hooks import _forget_saved


@tagged("post_install", "-at_install")
class TestUninstall(TransactionCase):
    def test_what_users_saved_about_our_models_goes(self):
        filters = self.env["ir.filters"].create(
            [
                {"name": model, "model_id": model}
                for model in ("relationship.note", "relationship.reading", "res.partner")
            ]
        )
        exports = self.env["ir.exports"].create(
            [
                {"name": model, "resource": model, "export_fields": [(0, 0, {"name": "id"})]}
                for model in ("relationship.note", "relationship.case", "res.partner")
            ]
        )
        _forget_saved(self.env)
        self.env.invalidate_all()
        self.assertEqual(filters.exists().mapped("model_id"), ["res.partner"])
        self.assertEqual(exports.exists().mapped("resource"), ["res.partner"])
        self.assertEqual(
            self.env["ir.exports.line"].search_count([("export_id", "in", exports.ids)]), 1
        )

    def test_the_standard_programme_has_its_name_in_every_language(self):
        """Whoever makes the company, in whatever language, everybody reads their own."""
        self.env["res.lang"]._activate_lang("th_TH")
        for lang in ("en_US", "th_TH"):
            company = (
                self.env["res.company"].with_context(lang=lang).create({"name": f"Shop {lang}"})
            )
            program = self.env["relationship.referral.program"].search(
                [("company_id", "=", company.id)]
            )
            self.assertEqual(
                [program.with_context(lang=code).name for code in ("en_US", "th_TH")],
                ["Friends bring friends", "เพื่อนพาเพื่อน"],
            )
            program.with_context(lang="th_TH").name = "ชวนเพื่อน"
            program._translate_standard_name()
            self.assertEqual(program.with_context(lang="th_TH").name, "ชวนเพื่อน")
