from odoo import models

from ..tools.bulk import is_alone


class ClarityOneCompany(models.AbstractModel):
    """Documents that always have a company: where there is only one, what they refer to cannot be another one's.

    Odoo looks at every field of every record each time; while a batch is written, it is spared that.
    """

    _name = "clarity.one.company"
    _description = "Checked Among Several Companies Only"

    def _check_company(self, fnames=None):
        if not is_alone(self.env["res.company"]):
            super()._check_company(fnames)


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "clarity.one.company"]


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "clarity.one.company"]


class StockMove(models.Model):
    _name = "stock.move"
    _inherit = ["stock.move", "clarity.one.company"]


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "clarity.one.company"]
