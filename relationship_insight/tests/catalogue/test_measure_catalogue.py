from odoo.tests import TransactionCase, tagged

CODES = {f"M{number:02d}" for number in range(1, 25)}
COMPUTED_ONLY = {"M12"}
MOTIVES = 12
FEELINGS = 10


@tagged("post_install", "-at_install")
class TestMeasureCatalogue(TransactionCase):
    """The measures delivered with the addon are complete, scored right and bilingual."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        data = cls.env["ir.model.data"].search(
            [
                ("module", "=", "relationship_insight"),
                ("model", "=", "relationship.measure"),
            ]
        )
        cls.catalogue = (
            cls.env["relationship.measure"]
            .with_context(active_test=False)
            .browse(data.mapped("res_id"))
            .with_context(lang="en_US")
        )
        cls.by_code = {measure.code: measure for measure in cls.catalogue}

    def test_every_measure_is_there_once(self):
        self.assertEqual(len(self.by_code), len(self.catalogue))
        self.assertEqual({code for code in self.by_code if len(code) == 3}, CODES)

    def test_external_id_follows_the_code(self):
        ids = self.catalogue._get_external_ids()
        for measure in self.catalogue:
            self.assertIn(f"relationship_insight.measure_{measure.code.lower()}", ids[measure.id])

    def test_answerable_items_can_be_asked(self):
        leaves = self.catalogue.filtered(lambda measure: not measure.child_ids)
        self.assertEqual(
            set(leaves.filtered(lambda measure: not measure.answerable).mapped("code")),
            COMPUTED_ONLY,
        )
        for measure in leaves.filtered("answerable"):
            with self.subTest(code=measure.code):
                self.assertTrue(measure.question.strip())
                if measure.kind == "text":
                    continue
                self.assertLess(measure.scale_min, measure.scale_max)
                if measure.kind != "count":
                    self.assertTrue(measure.anchor_min and measure.anchor_max)

    def test_scales_are_not_answerable(self):
        scales = self.catalogue.filtered("child_ids")
        self.assertFalse(scales.filtered("answerable"))
        for scale in scales:
            with self.subTest(code=scale.code):
                self.assertTrue(scale.formula)
                for item in scale.child_ids:
                    self.assertTrue(item.code.startswith(scale.code))
                    self.assertEqual(
                        (item.scale_min, item.scale_max), (scale.scale_min, scale.scale_max)
                    )

    def test_labels_name_every_point_of_the_scale(self):
        for measure in self.catalogue.filtered("anchors"):
            with self.subTest(code=measure.code):
                labels = dict(line.split(" = ", 1) for line in measure.anchors.split("\n"))
                self.assertEqual(
                    [int(value) for value in labels],
                    list(range(int(measure.scale_min), int(measure.scale_max) + 1)),
                )
                self.assertEqual(labels[f"{measure.scale_min:g}"], measure.anchor_min)
                self.assertEqual(labels[f"{measure.scale_max:g}"], measure.anchor_max)

    def test_feelings_have_a_face_and_a_sign(self):
        for code in ("M01", "M02"):
            feelings = self.by_code[code].child_ids
            self.assertEqual(len(feelings), FEELINGS)
            self.assertEqual(set(feelings.mapped("kind")), {"emotion"})
            self.assertEqual(len(set(feelings.mapped("picture"))), FEELINGS)
            self.assertTrue(all(feelings.mapped("picture")))
            self.assertEqual(sorted(feelings.mapped("valence")), ["-1"] * 5 + ["1"] * 5)
        self.assertEqual(
            self.by_code["M01"].child_ids.mapped("name"),
            self.by_code["M02"].child_ids.mapped("name"),
        )

    def test_motives_have_faces(self):
        motives = self.by_code["M16"].child_ids
        self.assertEqual(set(motives.mapped("kind")), {"motive"})
        self.assertTrue(all(motives.mapped("picture")))
        self.assertEqual(len(set(motives.mapped("picture"))), MOTIVES)
        groups = motives.mapped(lambda motive: motive.formula.split(".")[0])
        self.assertEqual(
            {group: groups.count(group) for group in groups},
            {"Group: situational": 6, "Group: merit": 2, "Group: relational": 4},
        )

    def test_only_the_fairness_item_is_reversed(self):
        self.assertEqual(self.catalogue.filtered("reverse").mapped("code"), ["M20_r"])

    def test_sources_are_given(self):
        for measure in self.catalogue:
            self.assertTrue((measure.source or "").strip(), measure.code)

    def test_scores_span_the_scale(self):
        partner = self.env["res.partner"].create({"name": "Customer of the catalogue test"})
        measures = [self.by_code[code] for code in ("M03", "M07_tell", "M19", "M20_r")]
        readings = self.env["relationship.reading"].create(
            [
                {"measure_id": measure.id, "partner_id": partner.id, "value": value}
                for measure in measures
                for value in (measure.scale_min, measure.scale_max)
            ]
        )
        self.assertEqual(readings.mapped("score"), [0, 100, 0, 100, 0, 100, 100, 0])

    def test_thai_wording_is_complete(self):
        self.env["res.lang"]._activate_lang("th_TH")
        self.env.ref("base.module_relationship_insight")._update_translations(["th_TH"])
        thai = self.catalogue.with_context(lang="th_TH")
        untranslated = [
            f"{measure.code}.{name}"
            for measure, translated in zip(self.catalogue, thai)
            for name in ("name", "question", "anchor_min", "anchor_max", "anchors")
            if measure[name] and measure[name] == translated[name]
        ]
        self.assertFalse(untranslated[:20])
