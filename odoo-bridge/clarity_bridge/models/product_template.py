from odoo import fields, models

from ..tools.emission import changed, emits

_TOLD = {
    "name",
    "active",
    "categ_id",
    "currency_id",
    "description_sale",
    "is_storable",
    "list_price",
    "sale_ok",
    "taxes_id",
    "type",
    "uom_id",
}


class ProductTemplate(models.Model):
    _inherit = "product.template"

    clarity_image_url = fields.Char("Storefront Image", help="Where the storefront keeps the product's picture.")

    def write(self, vals):
        result = super().write(vals)
        if not _TOLD.isdisjoint(vals) and emits(self.env, "product"):
            changed(self.env, "product", self.with_context(active_test=False).product_variant_ids.ids)
        return result
