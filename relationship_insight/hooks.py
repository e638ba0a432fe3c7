def post_init_hook(env):
    """Read the customers that are there already, as soon as a worker is free."""
    env["relationship.feature"]._set_first_features()
    env["res.company"]._create_missing_ready_campaigns()
    env["res.company"]._wake_relationship_refresh()


def uninstall_hook(env):
    """Empty the evidence first: it holds on to the measures, which Odoo removes before it."""
    # Voices are nobody else's: they go with the conversations that they belong to.
    env["ir.attachment"].search(
        [("res_model", "in", ("relationship.note", "relationship.note.draft"))]
    ).unlink()
    env["ir.config_parameter"].search([("key", "=like", "relationship_insight.%")]).unlink()
    env.flush_all()
    env.cr.execute("DELETE FROM relationship_preference")
    env.cr.execute("DELETE FROM relationship_relation")
    env.cr.execute("DELETE FROM relationship_reading")
    env.cr.execute("DELETE FROM relationship_note")
    env.cr.execute("DELETE FROM relationship_eligibility")
    env.cr.execute("DELETE FROM relationship_invitation")
    env.cr.execute("DELETE FROM relationship_wave")
    env.cr.execute("DELETE FROM relationship_campaign")
    env.cr.execute("DELETE FROM relationship_instrument")
    env.cr.execute("DELETE FROM relationship_profile")
    env.cr.execute(
        "DROP TRIGGER IF EXISTS relationship_invitation_holdout ON relationship_invitation"
    )
    env.cr.execute("DROP FUNCTION IF EXISTS relationship_invitation_holdout()")
    _forget_foreign_names(env)
    _forget_saved(env)
    env.invalidate_all(flush=False)


def _forget_saved(env):
    """Forget what users saved about our models: filters and export templates name them in text."""
    env.cr.execute("DELETE FROM ir_filters WHERE model_id LIKE 'relationship.%'")
    env.cr.execute("DELETE FROM ir_exports WHERE resource LIKE 'relationship.%'")


def _forget_foreign_names(env):
    """Forget what other modules named of our models: Odoo forgets the names of our own alone.

    The choices and parents that a mixin brings to a model are named after the mixin's module.
    """
    env.cr.execute(
        """
        DELETE FROM ir_model_data named
         WHERE named.module != 'relationship_insight' AND (
               named.model = 'ir.model.fields.selection' AND named.res_id IN (
                    SELECT choice.id
                      FROM ir_model_fields_selection choice
                      JOIN ir_model_fields field ON field.id = choice.field_id
                     WHERE field.model LIKE 'relationship.%')
            OR named.model = 'ir.model.inherit' AND named.res_id IN (
                    SELECT parent.id
                      FROM ir_model_inherit parent
                      JOIN ir_model model ON model.id = parent.model_id
                     WHERE model.model LIKE 'relationship.%')
            OR named.model = 'ir.model.fields' AND named.res_id IN (
                    SELECT id FROM ir_model_fields WHERE model LIKE 'relationship.%'))
        """
    )
