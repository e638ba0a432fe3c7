from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize_all

from ...tools.sql_ids import sql_ids

# Figures and technical keys that happen to be written in letters.
KEPT = {
    "relationship.eligibility": {"event_key", "stratum"},
    "relationship.invitation": {"shop_name", "source_key", "stratum"},
    "relationship.profile": {"motives"},
    "relationship.referral": {"thank_activity_id"},
    "relationship.referral.reward": {"period"},
    "relationship.snapshot": {"confidence", "unknown_reason"},
    "relationship.transition": {"confidence", "reading_ids"},
}
# What can't be empty, though the field could.
REPLACED = {"relationship.reading": {"void_reason"}}
# Records that belong to the row that points at them.
SIDE_MODELS = ("mail.activity", "ir.attachment", "mail.mail")


class RelationshipErasure(models.AbstractModel):
    """How it goes: rows through the ORM, words by one statement per table."""

    _inherit = "relationship.erasure"

    @api.model
    def _forget(self, partners, deleted):
        """Erase what our tables say of these people; counts, sums and feelings stay.

        :param bool deleted: their contacts are about to be deleted, and not kept without a name
        """
        eraser = self.sudo().with_context(active_test=False, tracking_disable=True)
        found = eraser._find(partners)
        if found:
            partners.check_access("unlink" if deleted else "write")
            eraser._forget_found(partners.sudo(), found, deleted)

    @api.model
    def _forget_found(self, partners, found, deleted):
        names = [name for name in found if isinstance(name, str)]
        emails, numbers = self._get_addresses(partners, found)
        gone = [name for name in names if self._is_gone(name, deleted)]
        for name in names:
            self._drop_sides(self.env[name].browse(found[name]))
        self._drop_attached({name: found[name] for name in names}, with_names=not deleted)
        for name in names:
            if hasattr(self.env[name], "_forget_person"):
                self.env[name].browse(found[name]).exists()._forget_person(deleted)
        for name in gone:
            self.env[name].browse(found[name]).exists().unlink()
        self.env.flush_all()
        if deleted:
            self.env["relationship.of.customer"]._leave(partners)
        for name in names:
            if name not in gone:
                self._blank(name, found[name], self._get_texts(self.env[name]))
        for name, columns in self._get_places()[1].items():
            for column, texts in columns:
                self._blank(name, found.get((name, column), ()), texts)
        self._forget_tracking(partners)
        self._drop_mails(partners, emails, numbers)
        self.env.invalidate_all(flush=False)

    @api.model
    def _blank(self, name, ids, fields):
        """Empty these fields of these rows, past every hook and history."""
        Model = self.env[name]
        erased = self.env._("Erased")
        changes = []
        for field in fields:
            column = SQL.identifier(field)
            if field in KEPT.get(name, ()):
                continue
            if Model._fields[field].required:
                changes.append(SQL("%s = %s", column, erased))
            elif field in REPLACED.get(name, ()):
                changes.append(
                    SQL("%s = CASE WHEN %s IS NULL THEN NULL ELSE %s END", column, column, erased)
                )
            else:
                changes.append(SQL("%s = NULL", column))
        if changes and ids:
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s WHERE id = ANY(%s)",
                    SQL.identifier(Model._table),
                    SQL(", ").join(changes),
                    sql_ids(ids),
                )
            )

    @api.model
    def _drop_sides(self, rows):
        """Delete the activities, files and mails of these rows; survey answers lose words."""
        for field in rows._fields.values():
            if not field.store or field.name in KEPT.get(rows._name, ()):
                continue
            if field.comodel_name in SIDE_MODELS and field.type in ("many2one", "many2many"):
                rows.mapped(field.name).exists().unlink()
            elif field.comodel_name == "survey.user_input" and field.type == "many2one":
                self._forget_answers(rows.mapped(field.name))

    @api.model
    def _get_attached(self, found, model="res_model"):
        """Return the domain of what hangs by model and id on these rows."""
        return Domain.OR(
            Domain(model, "=", name) & Domain("res_id", "in", ids) for name, ids in found.items()
        )

    @api.model
    def _drop_attached(self, found, with_names):
        """Delete activities, messages and files of these rows.

        :param bool with_names: also the names that an import gave the rows
        """
        attached = self._get_attached(found)
        self.env["mail.activity"].search(attached).unlink()
        messages = self.env["mail.message"].search(self._get_attached(found, "model"))
        messages.attachment_ids.unlink()
        messages.unlink()
        # A condition on the field includes files that are a field's value.
        self.env["ir.attachment"].search(
            attached & Domain("res_field", "in", [False])
            | attached & Domain("res_field", "!=", False)
        ).unlink()
        if with_names:
            self.env["ir.model.data"].search(
                self._get_attached(found, "model") & Domain("module", "=like", r"\_\_%"),
            ).unlink()

    @api.model
    def _forget_answers(self, answers):
        """Take the words and the address from survey answers; what was ticked stays."""
        if not answers:
            return
        answers.write({"email": False, "nickname": False})
        answers.user_input_line_ids.filtered(
            lambda line: line.value_char_box or line.value_text_box,
        ).write(
            {
                "value_char_box": False,
                "value_text_box": False,
                "skipped": True,
                "answer_type": False,
            }
        )

    @api.model
    def _forget_tracking(self, partners, everywhere=False):
        """Take their names from the histories of records that were once about them."""
        fields = self.env["ir.model.fields"].search(
            [
                ("relation", "=", "res.partner"),
                ("ttype", "=", "many2one"),
                *([] if everywhere else [("model", "=like", "relationship.%")]),
            ]
        )
        self.env.cr.execute(
            SQL(
                """
            DELETE FROM mail_tracking_value WHERE field_id = ANY(%(fields)s)
               AND (old_value_integer = ANY(%(ids)s) OR new_value_integer = ANY(%(ids)s))
            """,
                fields=sql_ids(fields.ids),
                ids=sql_ids(partners.ids),
            )
        )

    @api.model
    def _get_addresses(self, partners, found):
        """Return all e-mail addresses and numbers that we wrote to and that nobody else has."""
        rows = [partners] + [
            self.env[name].browse(found[name])
            for name in ("relationship.invitation", "relationship.delivery")
            if name in found
        ]
        emails = {
            email
            for records in rows
            for text in records.mapped("email")
            for email in email_normalize_all(text)
        }
        numbers = {number for records in rows for number in records.mapped("phone") if number}
        numbers |= set(filter(None, partners.mapped("phone_sanitized")))
        shared = self.env["res.partner"].search(
            [
                ("id", "not in", partners.ids),
                "|",
                ("email_normalized", "in", list(emails)),
                ("phone_sanitized", "in", list(numbers)),
            ]
        )
        emails -= set(shared.mapped("email_normalized"))
        return emails, numbers - {*shared.mapped("phone_sanitized"), *shared.mapped("phone")}

    @api.model
    def _drop_mails(self, partners, emails, numbers):
        """Delete what is queued or kept of mails and messages to these people."""
        Mail = self.env["mail.mail"]
        mails = Mail.search([("recipient_ids", "in", partners.ids)])
        to_others = mails.filtered(lambda mail: mail.recipient_ids - partners)
        to_others.recipient_ids -= partners
        mails -= to_others
        for email in emails:
            mails |= Mail.search([("email_to", "ilike", email)]).filtered(
                lambda mail: emails.issuperset(email_normalize_all(mail.email_to))
            )
        mails.unlink()
        if "sms.sms" in self.env:
            self.env["sms.sms"].search(
                [
                    "|",
                    ("partner_id", "in", partners.ids),
                    ("number", "in", list(numbers)),
                ]
            ).unlink()
