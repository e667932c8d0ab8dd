from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    clarity_ref = fields.Char("Storefront Line", copy=False, readonly=True)

    def _compute_price_unit(self):
        # The storefront's price is what the customer paid: a later change of quantity keeps it.
        return super(SaleOrderLine, self - self._imported())._compute_price_unit()

    def _compute_discount(self):
        return super(SaleOrderLine, self - self._imported())._compute_discount()

    def _imported(self):
        # A line without an id is being created: what the storefront did not say, Odoo computes.
        return self.filtered(lambda line: line.clarity_ref and line._origin.id)
