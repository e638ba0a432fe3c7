from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .relationship_invitation import PATH

BURST_WINDOW = timedelta(hours=1)
BURST_SIZE = 3
KIOSK_WINDOW = timedelta(minutes=2)
KIOSK_BURST_SIZE = 6
FEWEST = min(BURST_SIZE, KIOSK_BURST_SIZE)
TILL_WINDOW = timedelta(minutes=30)
QUICKEST_PER_ANSWER = 0.7
ANSWERS_TO_JUDGE = 3
DEVICE_KEPT = timedelta(days=90)


class RelationshipInvitation(models.Model):
    """What happens when an invitation is finished: doubts are noted, and thanks may offer more."""

    _inherit = "relationship.invitation"

    callback_date = fields.Datetime(string="Asked for a Call On", readonly=True)
    callback_phone = fields.Char(string="Call Back At", readonly=True)
    callback_time = fields.Selection(
        [
            ("any", "Any time"),
            ("morning", "In the morning"),
            ("afternoon", "In the afternoon"),
            ("evening", "In the evening"),
        ],
        string="Good Time to Call",
        readonly=True,
    )
    callback_about = fields.Text(string="Wants to Talk About", readonly=True)

    _device_idx = models.Index("(device_hash, date_done) WHERE device_hash IS NOT NULL")

    def _finish_answers(self, device, seconds, stored, till=None):
        """Close the invitation after its last answer and note what makes it doubtful.

        :param str device: digest that stands for the device
        :param float seconds: how long the page was open
        :param dict stored: what ``_get_stored_answers`` returned
        :param str till: digest of what a till's browser carries, where this one does
        """
        self.ensure_one()
        self._mark_done()
        self.sudo().device_hash = device
        self._flag_doubts(seconds, len(stored), till)

    def _flag_doubts(self, seconds, answers, till=None):
        """Mark answers given at a till, in a row from one device, or faster than one can read.

        They stay in every figure until a human sets them aside: a mark is a question, no verdict.
        How many there are among those counted stands beside the figure.
        """
        self.ensure_one()
        invitation = self.sudo()
        since = invitation.date_done - BURST_WINDOW
        self.flush_model(["date_done", "device_hash"])
        at_till, near = self.env.execute_query(
            SQL(
                """
            SELECT %s, (SELECT COUNT(*) FROM (
                SELECT FROM relationship_invitation
                 WHERE device_hash = %s AND date_done >= %s LIMIT %s) near)
            """,
                self._sql_till_device(till),
                invitation.device_hash or None,
                since,
                FEWEST,
            )
        )[0]
        if at_till:
            invitation.flag = "till"
            return
        if answers >= ANSWERS_TO_JUDGE and seconds < answers * QUICKEST_PER_ANSWER:
            invitation.flag = "speed"
        if near >= FEWEST:
            self._flag_bursts(since, invitation.device_hash)

    @api.model
    def _flag_bursts(self, since, device=None):
        """Mark answers of which too many came from one device within a while.

        :param datetime since: looks at those finished from then on
        :param str device: looks at this device only
        :return: ids of the invitations in such a burst that were not marked so before
        """
        self.flush_model(["channel", "date_done", "device_hash", "flag"])
        rows = self.env.execute_query(
            SQL(
                """
            WITH answer AS (
                SELECT id, channel = 'kiosk' AS kiosk, device_hash, date_done
                  FROM relationship_invitation
                 WHERE device_hash IS NOT NULL AND date_done >= %(since)s
                   AND (%(device)s::varchar IS NULL OR device_hash = %(device)s)
            ), counted AS (
                SELECT *, CASE WHEN kiosk
                    THEN COUNT(*) OVER (
                        own RANGE BETWEEN CURRENT ROW AND %(short)s FOLLOWING) >= %(many)s
                    ELSE COUNT(*) OVER (
                        own RANGE BETWEEN CURRENT ROW AND %(long)s FOLLOWING) >= %(few)s
                    END AS begins
                  FROM answer
                WINDOW own AS (PARTITION BY device_hash, kiosk ORDER BY date_done)
            ), judged AS (
                SELECT id, CASE WHEN kiosk
                    THEN BOOL_OR(begins) OVER (
                        own RANGE BETWEEN %(short)s PRECEDING AND CURRENT ROW)
                    ELSE BOOL_OR(begins) OVER (
                        own RANGE BETWEEN %(long)s PRECEDING AND CURRENT ROW)
                    END AS burst
                  FROM counted
                WINDOW own AS (PARTITION BY device_hash, kiosk ORDER BY date_done)
            )
            UPDATE relationship_invitation i SET flag = 'burst'
              FROM judged WHERE judged.id = i.id AND judged.burst
               AND (i.flag IS NULL OR i.flag = 'speed')
            RETURNING i.id
            """,
                since=since,
                device=device,
                short=KIOSK_WINDOW,
                many=KIOSK_BURST_SIZE,
                long=BURST_WINDOW,
                few=BURST_SIZE,
            )
        )
        ids = {row[0] for row in rows}
        self.browse(ids).invalidate_recordset(["flag"])
        return ids

    def _sql_till_device(self, till):
        """SQL that says whether the answer came from where the purchase was typed in."""
        return SQL("FALSE")

    @api.model
    def _gc_device_hashes(self):
        return self.sudo().search(
            [("device_hash", "!=", False), ("date_done", "<", fields.Datetime.now() - DEVICE_KEPT)],
            limit=10_000,
        )

    @api.autovacuum
    def _gc_devices(self):
        """Forget devices once bursts are no question any more."""
        old = self._gc_device_hashes()
        old.write({"device_hash": False})
        return len(old), int(len(old) == 10_000)

    def _request_callback(self, phone, when, about):
        """Note that the customer wants to be called. A second wish changes the first."""
        self.ensure_one()
        self.sudo().write(
            {
                "callback_date": fields.Datetime.now(),
                "callback_phone": phone,
                "callback_time": when,
                "callback_about": about,
            }
        )
        self._callback_requested()

    def _callback_requested(self):
        """Hook: somebody is to call this customer."""

    def _get_again_path(self):
        """Return the path at which the next customer answers on the same tablet, or False."""
        self.ensure_one()
        if self.sudo().shop_model != "relationship.feedback.point":
            return False
        point = self.env["relationship.feedback.point"].sudo().browse(self.sudo().shop_id).exists()
        if not point.is_kiosk or not point.active or not point.access_token:
            return False
        return f"{PATH}/shop/{point.access_token}"

    def _offers_referral(self):
        """Hook: whether whoever answered may be asked to bring friends."""
        return False

    def _get_referral_path(self):
        """Hook: return the path of the page with their own link for friends; it may make one."""
        return False

    def _open_long(self):
        """Return the invitation to the long questionnaire this campaign offers, or none."""
        self.ensure_one()
        campaign = self.sudo().campaign_id.thanks_campaign_id
        if not campaign:
            return self.sudo().browse()
        return campaign._open_invitation(
            "link",
            partner=self.sudo().partner_id,
            source_key=f"thanks:{self.id}",
            lang=self.env.context.get("lang"),
        )
