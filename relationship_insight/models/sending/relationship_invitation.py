from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..campaign import contact_rules
from ..campaign.relationship_invitation import OPEN_STATES
from ..campaign.res_company import FLOOR_HOURS

FACES = ["😠", "😞", "😐", "😊", "😍"]  # of Unicode 6.0: every mail program has them
# Where a feeling's own face is younger, an older picture stands for it.
OLDER_FACES = {"🤗": "💗", "🥰": "😍", "🤩": "🌟"}
MOST_POINTS = 11
FACES_PER_ROW = 5
# A tap on the face of a feeling says that it was there. Numbers stood there in older mails, and
# what they were an answer to nobody could know: they choose nothing any more.
FELT = "felt"
# What a mail says to one receiver alone; all else it says to everybody alike.
PERSONAL = (
    "mail_greeting",
    "mail_question",
    "mail_answer_url",
    "mail_preferences_url",
    "mail_unsubscribe_url",
)
COMMON = (
    "campaign_id",
    "wave_id",
    "version_id",
    "company_id",
    "mail_color",
    "mail_text_color",
    "mail_minutes",
)


class RelationshipInvitation(models.Model):
    """What the templates of mails use. With marks in the context, personal values are marks."""

    _inherit = "relationship.invitation"

    delivery_ids = fields.One2many("relationship.delivery", "invitation_id", string="Messages")
    hand_on_url = fields.Char(
        string="Link to Hand On",
        compute="_compute_hand_on_url",
        compute_sudo=True,
        groups="relationship_insight.group_relationship_relations",
        help="Nothing is sent for this one: hand the link to the customer, or print its QR code.",
    )
    mail_greeting = fields.Char(compute="_compute_mail", groups=fields.NO_ACCESS)
    mail_answer_url = fields.Char(compute="_compute_mail", groups=fields.NO_ACCESS)
    mail_preferences_url = fields.Char(compute="_compute_mail", groups=fields.NO_ACCESS)
    mail_unsubscribe_url = fields.Char(compute="_compute_mail", groups=fields.NO_ACCESS)
    mail_question = fields.Html(
        compute="_compute_mail_question",
        sanitize=False,
        groups=fields.NO_ACCESS,
        help="The first question, each answer a link.",
    )
    mail_color = fields.Char(compute="_compute_mail_color")
    mail_text_color = fields.Char(compute="_compute_mail_color")
    mail_minutes = fields.Integer(compute="_compute_mail_minutes")

    _unfinished_idx = models.Index(
        f"(date_sent, id) WHERE state IN {OPEN_STATES} AND channel IN ('email', 'sms')"
    )

    @api.depends("channel", "state")
    def _compute_hand_on_url(self):
        for invitation in self:
            open_link = invitation.channel == "link" and invitation.state in OPEN_STATES
            invitation.hand_on_url = invitation._get_answer_url() if open_link else False

    @api.depends_context("lang", "relationship_marks")
    def _compute_mail(self):
        marks = self.env.context.get("relationship_marks")
        for invitation in self:
            if marks:
                for name in PERSONAL[:1] + PERSONAL[2:]:
                    invitation[name] = marks(name)
                continue
            invitation.mail_greeting = invitation._get_greeting()
            invitation.mail_answer_url = invitation._get_answer_url()
            invitation.mail_preferences_url = invitation._get_preferences_url()
            invitation.mail_unsubscribe_url = invitation._get_unsubscribe_url()

    def _get_greeting(self):
        """Return how the mail begins, in the context's language."""
        name = (
            self.env.context.get("relationship_addressee") or (self.partner_id.name or "").strip()
        )
        if not name:
            return self.env._("Hello,")
        return self.env._("Hello %(name)s,", name=name)

    @api.depends_context("lang", "relationship_marks")
    def _compute_mail_question(self):
        for invitation in self:
            asked, points = invitation._prepare_mail_points()
            invitation.mail_question = (
                self.env["ir.qweb"]._render(
                    "relationship_insight.relationship_invitation_mail_question",
                    {
                        "measure": asked,
                        "points": points,
                        "rows": split_every(FACES_PER_ROW, points, list),
                        "url": invitation.mail_answer_url,
                        "color": invitation.mail_color,
                        "text_color": invitation.mail_text_color,
                        "length": invitation.version_id._get_warning(),
                        "introduction": invitation.version_id.instrument_id.introduction,
                    },
                    raise_if_not_found=False,
                )
                or ""
            )

    def _get_first_asked(self):
        """Return (what the first question is, what of it can be answered by one tap).

        That is a question with points of its own, or feelings of which one names one. What takes
        more than one answer, such as a scale of feelings each with its own points, needs the page.
        """
        self.ensure_one()
        items = self.version_id.item_ids.sorted(lambda item: (item.sequence, item.id))
        item = items[:1]
        measures = item._get_measures().sorted("sequence")
        felt = measures._filter_felt()
        if felt:
            return felt.parent_id[:1], felt
        first = measures[:1]
        if first.kind == "rating" or first.kind == "emotion" and item.measure_id == first:
            return first, first if 2 <= len(first._get_values()) <= MOST_POINTS else first[:0]
        return item.measure_id, first[:0]

    def _get_mail_choices(self):
        """Return {(code, value in the link): value} of what a tap in the mail may choose."""
        _asked, measures = self._get_first_asked()
        if measures and measures == measures._filter_felt():
            return {(measure.code, FELT): measure._get_middle() for measure in measures}
        return {
            (measure.code, f"{value:g}"): value
            for measure in measures
            for value in measure._get_values()
        }

    def _prepare_mail_points(self):
        """Return (the measure that asks, what can be tapped in the mail, [] for a button)."""
        asked, measures = self._get_first_asked()
        felt = measures and measures == measures._filter_felt()
        labels = dict(asked._get_labels()) if measures else {}
        choices = list(self._get_mail_choices().items())
        backwards = asked.reverse or asked.valence == "-1"
        by_code = {measure.code: measure for measure in measures}
        plain = self.with_context(relationship_marks=None)
        start = len(plain._get_answer_url())
        points = []
        for index, ((code, shown), value) in enumerate(choices):
            measure = by_code[code]
            face = (
                OLDER_FACES.get(measure.emoji, measure.emoji or "")
                if felt
                else (
                    FACES[4 - index if backwards else index] if len(choices) == len(FACES) else ""
                )
            )
            # The link of an answer is the link of the page and what follows it.
            follows = plain._get_answer_url(measure, shown)[start:]
            points.append(
                {
                    "value": "" if felt else shown,
                    "face": face,
                    "label": measure.name if felt else labels.get(value) or "",
                    "url": f"{self.mail_answer_url}{follows}",
                }
            )
        return asked, points

    @api.depends("company_id")
    def _compute_mail_color(self):
        for invitation in self:
            company = invitation.company_id
            invitation.mail_color = company.email_secondary_color or "#875A7B"
            invitation.mail_text_color = company.email_primary_color or "#FFFFFF"

    @api.depends("version_id")
    def _compute_mail_minutes(self):
        for invitation in self:
            invitation.mail_minutes = invitation.version_id._get_minutes()

    def _mail_get_partner_fields(self, introspect_fields=False):
        return ["partner_id"]

    def _filter_remindable(self):
        """Return those of these invitations that the rules allow to remind now.

        Open or half answered, still valid, by e-mail or SMS, of somebody who may be contacted
        (``contact_rules``), with reminders left in the year, and nobody else's message to the same
        person within 24 hours. Of several open invitations to one person the oldest is reminded.
        """
        if not self:
            return self
        self.env.flush_all()
        now = fields.Datetime.now()
        p, c = SQL("p"), SQL("c")
        rows = self.env.execute_query(
            SQL(
                """
            SELECT DISTINCT ON (i.partner_id) i.id
              FROM relationship_invitation i
              JOIN relationship_campaign cam ON cam.id = i.campaign_id AND cam.state = 'running'
              JOIN res_company c ON c.id = i.company_id
              JOIN res_partner p ON p.id = i.partner_id
              %(joins)s
        CROSS JOIN LATERAL (
                SELECT MAX(%(touched)s) AS last,
                       SUM(other.step) FILTER (WHERE other.company_id = c.id
                           AND other.date_planned > %(year)s) AS reminders
                  FROM relationship_invitation other
                 WHERE other.partner_id = p.id AND %(contact)s
              ) past
             WHERE i.id = ANY(%(ids)s) AND i.state IN %(states)s AND i.date_done IS NULL
               AND i.channel IN ('email', 'sms') AND i.opted_out IS NULL
               AND (i.date_expire IS NULL OR i.date_expire > %(now)s)
               AND %(contactable)s
               AND past.last + %(floor)s::interval <= %(now)s
               AND COALESCE(past.reminders, 0) < c.relationship_budget_reminders
          ORDER BY i.partner_id, i.date_planned, i.id
            """,
                touched=self._sql_last_touch(SQL("other")),
                contact=self._sql_contact(SQL("other")),
                joins=contact_rules.sql_joins(p, c),
                contactable=contact_rules.sql_contactable(
                    p, c, now.date(), SQL("i.channel"), SQL("cam.id")
                ),
                ids=self.ids,
                states=OPEN_STATES,
                now=now,
                year=now - timedelta(days=365),
                floor=f"{FLOOR_HOURS} hours",
            )
        )
        return self.browse(row[0] for row in rows)
