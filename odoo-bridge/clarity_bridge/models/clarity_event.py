from odoo import fields, models


class ClarityEvent(models.Model):
    """The outbox: what the storefront is told, kept until it has said that it knows."""

    _name = "clarity.event"
    _description = "Storefront Event"
    _rec_name = "key"
    _order = "id desc"

    key = fields.Char(required=True, readonly=True)
    uid = fields.Char("Webhook ID", required=True, readonly=True)
    event_type = fields.Char("Type", required=True, readonly=True)
    payload = fields.Text(required=True, readonly=True)
    state = fields.Selection(
        [("new", "New"), ("pending", "Waiting"), ("sent", "Sent")],
        required=True,
        default="new",
        readonly=True,
    )
    attempts = fields.Integer(readonly=True)
    next_at = fields.Datetime("Next Attempt", readonly=True)
    last_status = fields.Integer("Last Answer", readonly=True)
    last_error = fields.Char(readonly=True)
    sent_at = fields.Datetime("Sent", readonly=True)
