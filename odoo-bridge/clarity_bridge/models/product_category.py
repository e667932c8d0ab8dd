from odoo import models

from ..tools.emission import changed, emits


class ProductCategory(models.Model):
    _inherit = "product.category"

    def write(self, vals):
        result = super().write(vals)
        if ("name" in vals or "parent_id" in vals) and emits(self.env, "product"):
            # sudo: which products lie below is asked on behalf of whoever moved the category.
            below = self.env["product.product"].sudo().search([("categ_id", "child_of", self.ids)])
            changed(self.env, "product", below.ids)
        return result
