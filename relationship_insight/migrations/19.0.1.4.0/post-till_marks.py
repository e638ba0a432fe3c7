"""Answers from a tablet aren't marked as the till's any more for its address and browser alone."""


def migrate(cr, version):
    cr.execute("""
        UPDATE relationship_invitation SET flag = NULL WHERE flag = 'till' AND channel = 'kiosk'""")
