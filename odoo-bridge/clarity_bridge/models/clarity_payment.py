from odoo import api, fields, models


class ClarityPayment(models.Model):
    """
    A payment as the storefront states it. Money is booked by `account.payment` only, and only when it was captured; an
    open authorisation stays visible here.
    """

    _name = "clarity.payment"
    _description = "Storefront Payment"
    _order = "date, id"
    _rec_name = "method"

    order_id = fields.Many2one("sale.order", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id")
    clarity_ref = fields.Char("Storefront ID", required=True)
    method = fields.Char(required=True)
    transaction = fields.Char("Transaction ID")
    amount = fields.Monetary(required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    journal_id = fields.Many2one("account.journal", help="Where its money goes in and out.")
    date = fields.Datetime()
    state = fields.Selection(
        [
            ("pending", "Pending"),
            ("authorized", "Authorised"),
            ("captured", "Captured"),
            ("failed", "Failed"),
            ("voided", "Voided"),
            ("refunded", "Refunded"),
        ],
        required=True,
    )

    _ref_unique = models.UniqueIndex("(order_id, clarity_ref)", "This storefront payment is known already.")

    @api.depends("method", "amount", "currency_id")
    def _compute_display_name(self):
        for payment in self:
            payment.display_name = f"{payment.method} {payment.currency_id.format(payment.amount)}"
