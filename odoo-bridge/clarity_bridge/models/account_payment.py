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
