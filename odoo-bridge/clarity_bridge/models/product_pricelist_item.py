from odoo import api, models

from ..tools.emission import changed


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        changed(self.env, "price", items.ids)
        return items

    def write(self, vals):
        result = super().write(vals)
        changed(self.env, "price", self.ids)
        return result

    def unlink(self):
        changed(self.env, "price", self.ids)
        return super().unlink()
