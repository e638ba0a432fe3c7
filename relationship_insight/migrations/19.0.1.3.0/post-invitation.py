"""An invitation belongs to the customer its contact belongs to now, also after a move."""


def migrate(cr, version):
    cr.execute("""
        UPDATE relationship_invitation invitation
           SET commercial_partner_id = contact.commercial_partner_id
          FROM res_partner contact
         WHERE contact.id = invitation.partner_id
           AND invitation.commercial_partner_id IS DISTINCT FROM contact.commercial_partner_id
        """)
