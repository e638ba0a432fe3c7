import hashlib
import hmac
import secrets
import struct
import time
import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ...tools.pulse_token import MAC_BYTES, decode

BODY = struct.Struct(">II16s")
LIFE_MINUTES = 7 * 24 * 60
# A till's clock may be a little fast.
AHEAD_MINUTES = 24 * 60
RELATIONS_GROUP = "relationship_insight.group_relationship_relations"
STRIP_LINES = [
    ("care", "How to care for them"),
    ("like", "What they like"),
    ("dislike", "What they dislike"),
    ("need", "What they need"),
    ("wish", "What they wish for"),
    ("talk", "Last talk, and with whom"),
    ("ask", "One thing to ask"),
    ("promise", "A promise that is open"),
    ("event", "A day that matters, when it is near"),
    ("case", "An open case"),
    ("class", "How they buy and feel"),
]
STRIP_FIELDS = {
    "relationship_strip_1",
    "relationship_strip_2",
    "relationship_strip_3",
    "relationship_strip_everybody",
}


class PosConfig(models.Model):
    """The QR code on the receipt: made at the till, also without network, checked here."""

    _inherit = "pos.config"

    relationship_receipt_campaign_id = fields.Many2one(
        "relationship.campaign",
        string="Questions on the Receipt",
        ondelete="set null",
        index="btree_not_null",
        check_company=True,
        help="Each receipt gets a QR code to the questions of this campaign, for this purchase "
        "alone and for seven days. Empty: no QR code.",
    )
    relationship_receipt_seed = fields.Char(
        groups=fields.NO_ACCESS, copy=False, default=lambda self: secrets.token_hex(16)
    )
    relationship_strip_1 = fields.Selection(STRIP_LINES, string="First Line", default="care")
    relationship_strip_2 = fields.Selection(STRIP_LINES, string="Second Line", default="talk")
    relationship_strip_3 = fields.Selection(STRIP_LINES, string="Third Line", default="ask")
    relationship_strip_everybody = fields.Boolean(
        string="Every Cashier",
        help="Also cashiers without a role in Relationship Insight see these lines, as far as "
        "everybody who may see conversations can read them. Never class and cases.",
    )

    def _get_receipt_key(self):
        """Return the key with which the till of this shop signs its receipts, in hex."""
        self.ensure_one()
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        message = f"relationship receipt:{self.id}:{self.sudo().relationship_receipt_seed or ''}"
        return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()

    @api.model
    def _load_pos_data_read(self, records, config):
        read_records = super()._load_pos_data_read(records, config)
        for record in read_records:
            record.pop("relationship_receipt_seed", None)
            campaign = config.sudo().relationship_receipt_campaign_id
            record["_relationship_receipt_key"] = (
                campaign.state == "running" and config._get_receipt_key()
            )
        return read_records

    @api.model
    def _read_receipt_token_sudo(self, token):
        """Return (shop, uuid of the order) that a receipt's token names, or (no shop, None).

        Only tills of that shop can sign, the order's uuid has 122 random bits, and a token
        names exactly one order for seven days.
        """
        nobody = self.sudo().browse()
        raw = decode(token, BODY.size + MAC_BYTES)
        if raw is None:
            return nobody, None
        config_id, minute, order = BODY.unpack(raw[: BODY.size])
        config = nobody.browse(config_id if config_id < 2**31 else 0).exists()
        key = config._get_receipt_key() if config else "00" * 32
        mac = hmac.new(bytes.fromhex(key), raw[: BODY.size], hashlib.sha256).digest()[:MAC_BYTES]
        now = int(time.time() // 60)
        good = hmac.compare_digest(mac, raw[BODY.size :])
        if not good or not now - LIFE_MINUTES <= minute <= now + AHEAD_MINUTES:
            return nobody, None
        if config.relationship_receipt_campaign_id.state != "running":
            return nobody, None
        return config, str(uuid.UUID(bytes=order))

    def _get_receipt_order_sudo(self, order_uuid):
        """Return the order of a receipt, empty while the till hasn't sent it yet."""
        self.ensure_one()
        return (
            self.env["pos.order"]
            .sudo()
            .search([("uuid", "=", order_uuid), ("config_id", "=", self.id)], limit=1)
        )

    def _open_receipt(self, order_uuid, lang=None):
        """Return the one invitation of a receipt, made at its first answer; empty for nobody."""
        self.ensure_one()
        order = self._get_receipt_order_sudo(order_uuid)
        campaign = self.sudo().relationship_receipt_campaign_id
        return campaign._open_invitation(
            "receipt",
            partner=order.partner_id or None,
            source_key=f"receipt:{order_uuid}",
            order_model="pos.order",
            order_id=order.id,
            shop_model="pos.config",
            shop_id=self.id,
            shop_name=self.name,
            staff_id=order._get_relationship_server().id,
            lang=lang,
        )

    # What head office shows cashiers of the customer they serve.

    @api.constrains("relationship_strip_1", "relationship_strip_2", "relationship_strip_3")
    def _check_relationship_strip(self):
        for config in self:
            lines = [
                line
                for line in (
                    config.relationship_strip_1,
                    config.relationship_strip_2,
                    config.relationship_strip_3,
                )
                if line
            ]
            if len(set(lines)) < len(lines):
                raise ValidationError(self.env._("Choose three different lines for the till."))

    @api.model_create_multi
    def create(self, vals_list):
        usual = self.default_get(list(STRIP_FIELDS))
        for vals in vals_list:
            self._check_strip_right(
                any(
                    (vals[name] or False) != usual.get(name, False)
                    for name in STRIP_FIELDS & set(vals)
                )
            )
        return super().create(vals_list)

    def write(self, vals):
        self._check_strip_right(
            any(
                (config[name] or False) != (vals[name] or False)
                for name in STRIP_FIELDS & set(vals)
                for config in self
            )
        )
        return super().write(vals)

    def copy_data(self, default=None):
        """What cashiers see is copied by `copy`: whoever copies a till chooses nothing."""
        return [
            {
                name: value
                for name, value in vals.items()
                if name not in STRIP_FIELDS or name in (default or {})
            }
            for vals in super().copy_data(default)
        ]

    def copy(self, default=None):
        copies = super().copy(default)
        kept = STRIP_FIELDS - set(default or {})
        for config, copied in zip(self, copies):
            copied.sudo().write({name: config[name] for name in kept})
        return copies

    @api.model
    def _check_strip_right(self, is_chosen):
        if is_chosen and not self.env.su and not self.env.user.has_group(RELATIONS_GROUP):
            raise AccessError(
                self.env._("What cashiers see of customers is chosen by Customer Relations.")
            )
