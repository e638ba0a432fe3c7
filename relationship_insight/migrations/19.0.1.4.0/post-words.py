"""Words that customers read, where nobody changed them: shorter, truer, and in Thai "you"."""

from odoo.tools import SQL

WORDS = (
    (
        "mail_template",
        "subject",
        "mail_template_invitation",
        {
            "en_US": ("A short question from {{", "May we ask for your opinion? {{"),
            "th_TH": ("คำถามสั้น ๆ จาก {{", "ขอถามความเห็นของคุณ จาก {{"),
        },
    ),
    (
        "mail_template",
        "body_html",
        "mail_template_wishes",
        {
            "en_US": (
                "Choose how often, when and by which way",
                "Choose when and how we may ask you",
            ),
            "th_TH": ("เลือกว่าจะให้ถามบ่อยแค่ไหนและทางใด", "เลือกว่าให้เราถามเมื่อไรและทางใด"),
        },
    ),
    (
        "relationship_instrument",
        "introduction",
        "relationship_instrument_quarterly",
        {
            "en_US": ("It takes about three minutes, and you may", "You may"),
            "th_TH": (" ใช้เวลาราวสามนาที เว้น", " เว้น"),
        },
    ),
    (
        "relationship_instrument",
        "introduction",
        "relationship_instrument_yearly",
        {
            "en_US": ("It takes about eight minutes, and you may", "You may"),
            "th_TH": (" ใช้เวลาราวแปดนาที เว้น", " เว้น"),
        },
    ),
    # Of every feeling, and of every poster: they are found by what they say.
    (
        "relationship_measure",
        "question",
        "measure_m02",
        {
            "en_US": ("What did the customer feel?", "How did you feel this time?"),
            "th_TH": ("ลูกค้ารู้สึกอย่างไร", "ครั้งนี้คุณรู้สึกอย่างไร"),
        },
    ),
    (
        "relationship_feedback_point",
        "invitation_text",
        None,
        {
            "en_US": ("How was it? Tell us in a minute.", "How was it? Please tell us."),
            "th_TH": ("เป็นอย่างไรบ้าง บอกเราได้ในหนึ่งนาที", "วันนี้เป็นอย่างไรบ้าง บอกเราได้เลย"),
        },
    ),
)


def migrate(cr, version):
    for table, column, name, languages in WORDS:
        for lang, (old, new) in languages.items():
            ours = (
                SQL("TRUE")
                if not name
                else SQL(
                    """
                id IN (SELECT res_id FROM ir_model_data
                        WHERE module = 'relationship_insight' AND model = %s
                          AND (name = %s OR name LIKE %s))
                """,
                    table.replace("_", "."),
                    name,
                    name.replace("_", "\\_") + "\\_%" if table == "relationship_measure" else name,
                )
            )
            cr.execute(
                SQL(
                    """
                UPDATE %(table)s SET %(column)s = %(column)s || jsonb_build_object(
                    %(lang)s::text, REPLACE(%(column)s->>%(lang)s, %(old)s, %(new)s))
                 WHERE STRPOS(%(column)s->>%(lang)s, %(old)s) > 0
                   AND STRPOS(%(column)s->>%(lang)s, %(new)s) = 0 AND %(ours)s
                """,
                    table=SQL.identifier(table),
                    column=SQL.identifier(column),
                    lang=lang,
                    old=old,
                    new=new,
                    ours=ours,
                )
            )
