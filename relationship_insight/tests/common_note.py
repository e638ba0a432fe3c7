from odoo.tests import TransactionCase, new_test_user

STAFF = "base.group_user,relationship_insight.group_relationship_staff"
RELATIONS = "base.group_user,relationship_insight.group_relationship_relations"


class NoteCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.nok = new_test_user(cls.env, "nok", groups=STAFF)
        cls.dao = new_test_user(cls.env, "dao", groups=STAFF)
        cls.boss = new_test_user(cls.env, "boss", groups=RELATIONS)
        cls.plain = new_test_user(cls.env, "plain", groups="base.group_user")
        cls.firm = cls.env["res.partner"].create({"name": "Firm", "is_company": True})
        cls.customer = cls.env["res.partner"].create({"name": "Somchai", "parent_id": cls.firm.id})
        cls.glad = cls.env.ref("relationship_insight.measure_m02_glad")
        cls.letdown = cls.env.ref("relationship_insight.measure_m02_letdown")

    @classmethod
    def log(cls, user=None, **vals):
        return (
            cls.env["relationship.note"]
            .with_user(user or cls.nok)
            .create({"partner_id": cls.customer.id, **vals})
        )

    def readings(self, note, voided=False):
        return note.sudo().reading_ids.filtered(lambda r: r.voided == voided)

    def queued(self):
        self.env.cr.execute("SELECT commercial_partner_ref FROM relationship_refresh_queue")
        return {row[0] for row in self.env.cr.fetchall()}

    def clear_queue(self):
        self.env.cr.execute("DELETE FROM relationship_refresh_queue")
