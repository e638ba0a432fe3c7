"""Customers who are asked what they felt are asked as "you", not as "the customer"."""

OLD = {"en_US": "What did the customer feel?", "th_TH": "ลูกค้ารู้สึกอย่างไร"}
NEW = {"en_US": "How did you feel this time?", "th_TH": "ครั้งนี้คุณรู้สึกอย่างไร"}


def migrate(cr, version):
    for lang, old in OLD.items():
        cr.execute(
            """
            UPDATE relationship_measure measure
               SET question = measure.question || jsonb_build_object(%s::text, %s::text)
              FROM ir_model_data named
             WHERE named.module = 'relationship_insight' AND named.res_id = measure.id
               AND named.model = 'relationship.measure'
               AND named.name LIKE 'measure\\_m02%%' AND measure.question->>%s = %s
            """,
            [lang, NEW[lang], lang, old],
        )
