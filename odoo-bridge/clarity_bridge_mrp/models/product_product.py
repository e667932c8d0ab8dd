from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _clarity_kits(self):
        return self.filtered("is_kits")

    def _clarity_used_in_kits(self):
        # sudo: what a product is a part of is asked on behalf of whoever moved it.
        lines, kits = self.env["mrp.bom.line"].sudo(), self.browse()
        wave = self
        while wave:
            found = lines.search([("product_id", "in", wave.ids), ("bom_id.type", "=", "phantom")])
            wave = found.bom_id._clarity_products().sudo(False) - kits
            kits |= wave
        return kits
