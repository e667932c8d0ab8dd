from odoo import api, fields, models

from ..tools import amounts, pickings, references


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    clarity_ref = fields.Char("Storefront Line", copy=False, readonly=True)

    def _compute_price_unit(self):
        # The storefront's price is what the customer paid: a later change of quantity keeps it.
        return super(SaleOrderLine, self - self._imported())._compute_price_unit()

    def _compute_discount(self):
        return super(SaleOrderLine, self - self._imported())._compute_discount()

    @api.depends("extra_tax_data")
    def _compute_amount(self):
        # Amounts that were given to a line are kept there.
        return super()._compute_amount()

    def _action_launch_stock_rule(self, *, previous_product_uom_qty=False):
        references.make(self, previous_product_uom_qty)
        with pickings.confirming_together(self.env):
            return super()._action_launch_stock_rule(previous_product_uom_qty=previous_product_uom_qty)

    def _prepare_invoice_line(self, **optional_values):
        values = super()._prepare_invoice_line(**optional_values)
        quantity = values.get("quantity")
        if self.clarity_ref and quantity and values["display_type"] == "product" and quantity != self.product_uom_qty:
            values["extra_tax_data"] = amounts.share(self, quantity)
        return values

    def _imported(self):
        # A line without an id is being created: what the storefront did not say, Odoo computes.
        return self.filtered(lambda line: line.clarity_ref and line._origin.id)
