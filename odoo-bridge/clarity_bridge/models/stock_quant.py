from odoo import api, models

from ..tools.emission import changed
from ..tools.reserving import collected

_SELLABLE = {"quantity", "reserved_quantity", "location_id", "product_id"}


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        quants._clarity_changed()
        return quants

    def write(self, vals):
        result = super().write(vals)
        if not _SELLABLE.isdisjoint(vals):
            self._clarity_changed()
        return result

    def unlink(self):
        # A quant of nothing is removed by Odoo's own tidying up, which changes no quantity.
        self.filtered(lambda quant: quant.quantity or quant.reserved_quantity)._clarity_changed()
        return super().unlink()

    @api.model
    def _update_reserved_quantity(self, product_id, location_id, quantity, *args, **kwargs):
        reserved = collected(self.env.cr)
        if reserved is None:
            return super()._update_reserved_quantity(product_id, location_id, quantity, *args, **kwargs)
        reserved[product_id.id, location_id.id] += quantity
        return None

    def _clarity_changed(self):
        # sudo: which location a quant lies in is asked on behalf of whoever moved it.
        inside = self.sudo().filtered(lambda quant: quant.location_id.usage == "internal")
        changed(self.env, "stock", inside.product_id.ids)
