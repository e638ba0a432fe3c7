from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..campaign import contact_rules
from . import draw

STATES = [
    ("drawn", "Chosen"),
    ("invited", "Invited"),
    ("booked", "Has a date"),
    ("held", "Talked with"),
    ("refused", "Said no"),
    ("no_show", "Didn't come"),
    ("left_out", "Left out"),
]
REASONS = [
    ("archived", "Archived"),
    ("holdout", "Belongs to those never asked"),
    ("opted_out", "Wants no questions"),
    ("paused", "Takes a break"),
    ("blocked", "Wants no mail"),
    (draw.RESTING, "Was asked a short while ago"),
]


class RelationshipInterviewee(models.Model):
    """A customer whom the lot chose for a talk, or whom a rule kept out, and what came of it."""

    _name = "relationship.interviewee"
    _description = "Customer to Talk With"
    _inherit = [
        "relationship.guarded",
        "relationship.of.customer",
        "relationship.customer.link",
    ]
    _order = "study_id desc, quota_id, id"
    _rec_name = "partner_id"
    _rec_names_search = ["partner_id"]

    study_id = fields.Many2one(
        "relationship.study", required=True, readonly=True, index=True, ondelete="cascade"
    )
    quota_id = fields.Many2one(
        "relationship.study.quota",
        string="Group",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index=True, ondelete="set null"
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Customer Entity",
        compute="_compute_customer",
        store=True,
        index=True,
    )
    lang = fields.Char(string="Language", readonly=True)
    state = fields.Selection(STATES, required=True, default="drawn", readonly=True)
    reason = fields.Selection(REASONS, string="Why", readonly=True)
    access_token = fields.Char(groups=fields.NO_ACCESS, copy=False)
    url = fields.Char(
        string="Page for the Customer",
        compute="_compute_url",
        groups="relationship_insight.group_relationship_relations",
        help="Where they pick a time and say what we may use. For them alone.",
    )
    user_id = fields.Many2one("res.users", string="Interviewer", readonly=True)
    event_id = fields.Many2one(
        "calendar.event",
        string="In the Calendar",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    date_booked = fields.Datetime(
        string="Date", related="event_id.start", store=True, help="When you talk with them."
    )
    date_drawn = fields.Datetime(string="Chosen On", readonly=True)
    date_invited = fields.Datetime(string="Invited On", readonly=True)
    date_held = fields.Datetime(string="Talked On", readonly=True)

    _study_partner_uniq = models.UniqueIndex(
        "(study_id, partner_id) WHERE partner_id IS NOT NULL",
        "This customer is chosen already.",
    )
    _token_uniq = models.UniqueIndex("(access_token) WHERE access_token IS NOT NULL")

    @api.depends("access_token")
    def _compute_url(self):
        for one in self:
            one.url = one.partner_id and one.state != "left_out" and one._get_url()

    def _get_url(self):
        self.ensure_one()
        base = self.company_id.sudo().get_base_url().rstrip("/")
        return f"{base}/interview/{self.sudo().access_token}"

    def _get_lang(self):
        """The language to talk in: as they wished, else their own, else the company's."""
        self.ensure_one()
        return self.lang or self.partner_id.lang or self.company_id.partner_id.lang

    def _forget_person(self, _deleted):
        """Nobody is left to come: the date is free again, and the page opens nothing."""
        self.event_id.sudo().unlink()
        self.filtered(lambda one: one.state in ("drawn", "invited", "booked")).state = "refused"
        self.access_token = False

    def _merge_into_one(self):
        """Keep, of a person whom a study knows twice, who came farthest; nothing said is lost."""
        ranks = ("left_out", "refused", "no_show", "drawn", "invited", "booked", "held")
        kept = self.sorted(lambda one: (-ranks.index(one.state), one.id))[:1]
        twins = self - kept
        if not twins:
            return
        twins._hand_over(kept)
        self.env.flush_all()
        twins.event_id.unlink()
        twins.unlink()

    def _hand_over(self, kept):
        """Give what hangs on these to another one, who is the same person. Extended by slices."""

    # ------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------

    def _may(self, *states):
        """Return these in sudo if each is in one of these states.

        :raise UserError: otherwise, and for who may not change them
        """
        self.check_access("write")
        if self.filtered(lambda one: one.state not in states or not one.partner_id):
            raise UserError(self.env._("That isn't the next step. Reload the page."))
        return self.sudo()

    def action_invite(self):
        """Invite them, unless something speaks against it by now."""
        chosen = self._may("drawn")
        if chosen.study_id.filtered(lambda study: study.state != "running"):
            raise UserError(self.env._("Start the study first."))
        for study, ours in chosen.grouped("study_id").items():
            reasons = ours._find_reasons(study)
            for one in ours:
                if reasons.get(one.id):
                    one.write({"state": "left_out", "reason": reasons[one.id]})
            asked = ours.filtered(lambda one: one.state == "drawn")
            asked.write({"state": "invited", "date_invited": fields.Datetime.now()})
            asked._send_invitations()
        return self._tell_invited(chosen)

    def _find_reasons(self, study):
        """Return {id: why this one can't be asked now, if so}."""
        scope = self.env["relationship.planner"]._get_scope(study.company_id, fields.Datetime.now())
        self.env.flush_all()
        p, c, last = SQL("p"), SQL("c"), SQL("last")
        return dict(
            self.env.execute_query(
                SQL(
                    """
                SELECT one.id, %(reason)s
                  FROM relationship_interviewee one
                  JOIN res_partner p ON p.id = one.partner_id
                  JOIN res_company c ON c.id = one.company_id
                 %(joins)s
             LEFT JOIN (%(last)s) last
                    ON last.person = COALESCE(p.email_normalized, 'contact ' || p.id)
                 WHERE one.id = ANY(%(ids)s)
                """,
                    reason=draw.sql_reason(scope, p, c, SQL("'email'"), last),
                    joins=contact_rules.sql_joins(p, c),
                    last=draw.sql_last(scope, study),
                    ids=self.ids,
                )
            )
        )

    def _send_invitations(self):
        """Queue a mail to those whom one reaches; the others get their link from a colleague."""
        template = self.env.ref(
            "relationship_insight.mail_template_interview", raise_if_not_found=False
        )
        for one in self._by_mail() if template else ():
            template.sudo().send_mail(
                one.id, email_layout_xmlid="relationship_insight.mail_customer_layout"
            )

    def _by_mail(self):
        return self.filtered(
            lambda one: (
                one.partner_id.email_normalized
                and one.partner_id.message_bounce < contact_rules.BOUNCES_MAX
            )
        )

    def _tell_invited(self, chosen):
        invited = chosen.filtered(lambda one: one.state == "invited")
        by_mail = invited._by_mail()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "Invited by mail: %(mails)s. To be told by you, with the link of their page: "
                    "%(others)s. Left out now: %(left)s.",
                    mails=len(by_mail),
                    others=len(invited - by_mail),
                    left=len(chosen - invited),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_refused(self):
        self._may("drawn", "invited", "booked")._refuse()

    def action_no_show(self):
        self._may("booked").write({"state": "no_show"})

    def action_invite_again(self):
        """They want to after all: a new date, by the same page."""
        self._may("no_show", "refused").write({"state": "invited", "event_id": False})

    def _refuse(self):
        """Take a no, and give the time back."""
        self.write({"state": "refused"})
        self.event_id.sudo().unlink()
