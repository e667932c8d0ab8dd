from odoo import fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    clarity_order_id = fields.Many2one(
        "sale.order", "Storefront Order", readonly=True, copy=False, index="btree_not_null", check_company=True
    )
    clarity_payment_id = fields.Many2one(
        "clarity.payment",
        "Storefront Payment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Of money that went back: the payment it came in by.",
    )
    clarity_fee = fields.Monetary(
        "Provider Fee", copy=False, help="What the payment provider keeps of the payment, in its currency."
    )
    clarity_fee_account_id = fields.Many2one(
        "account.account", "Provider Fee Account", copy=False, check_company=True, help="Where the fee is an expense."
    )
    clarity_fee_move_id = fields.Many2one(
        "account.move", "Provider Fee Entry", readonly=True, copy=False, index="btree_not_null"
    )
