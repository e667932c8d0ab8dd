from odoo import api, fields, models


class ClarityReturn(models.Model):
    """
    A return as the storefront states it, and what became of it here: return deliveries, credit notes, payments back.
    """

    _name = "clarity.return"
    _description = "Storefront Return"
    _order = "id desc"
    _rec_name = "clarity_ref"

    order_id = fields.Many2one("sale.order", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    clarity_ref = fields.Char("Storefront ID", required=True)
    status = fields.Selection(
        [
            ("requested", "Requested"),
            ("approved", "Approved"),
            ("received", "Received"),
            ("refunded", "Refunded"),
            ("rejected", "Rejected"),
        ],
        required=True,
    )
    currency_id = fields.Many2one("res.currency", required=True)
    refund_amount = fields.Monetary(help="What the customer gets back, the restocking fee taken off.")
    restocking_fee = fields.Monetary()
    line_ids = fields.One2many("clarity.return.line", "return_id", "Lines")
    picking_ids = fields.One2many("stock.picking", "clarity_return_id", "Return Deliveries", readonly=True)
    move_ids = fields.One2many("account.move", "clarity_return_id", "Credit Notes", readonly=True)

    @api.depends("clarity_ref", "order_id")
    def _compute_display_name(self):
        for one in self:
            one.display_name = f"{one.order_id.name}: {one.clarity_ref}"


class ClarityReturnLine(models.Model):
    _name = "clarity.return.line"
    _description = "Storefront Return Line"
    _order = "id"
    _rec_name = "line_ref"

    return_id = fields.Many2one("clarity.return", required=True, index=True, ondelete="cascade")
    clarity_ref = fields.Char("Position", required=True)
    line_ref = fields.Char("Storefront Line", required=True)
    order_line_id = fields.Many2one("sale.order.line", compute="_compute_order_line_id")
    product_id = fields.Many2one(related="order_line_id.product_id")
    quantity = fields.Float(digits="Product Unit")
    restock = fields.Boolean("Goods Come Back")
    reason = fields.Char()

    @api.depends("line_ref", "return_id.order_id.order_line.clarity_ref")
    def _compute_order_line_id(self):
        for line in self:
            lines = line.return_id.order_id.order_line
            line.order_line_id = lines.filtered(lambda one, ref=line.line_ref: one.clarity_ref == ref)[:1]
