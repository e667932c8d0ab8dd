from odoo import models

from ..tools.emission import changed, emits


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    def write(self, vals):
        result = super().write(vals)
        if not {"name", "active", "currency_id"}.isdisjoint(vals) and emits(self.env, "price"):
            changed(self.env, "price", self.with_context(active_test=False).item_ids.ids)
        return result
