def uninstall_hook(env):
    """Empty the evidence first: it holds on to the measures, which Odoo removes before it."""
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
        "DROP TRIGGER IF EXISTS relationship_invitation_holdout ON relationship_invitation")
    env.cr.execute("DROP FUNCTION IF EXISTS relationship_invitation_holdout()")
    env.invalidate_all(flush=False)
