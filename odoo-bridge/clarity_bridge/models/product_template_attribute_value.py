from odoo import models

from ..tools.emission import changed


class ProductTemplateAttributeValue(models.Model):
    _inherit = "product.template.attribute.value"

    def write(self, vals):
        result = super().write(vals)
        if "price_extra" in vals:
            changed(self.env, "product", self.ptav_product_variant_ids.ids)
        return result
