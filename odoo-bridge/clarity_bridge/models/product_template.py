from odoo import api, fields, models

from ..tools.bulk import memory
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

    @api.model
    def _get_weight_uom_id_from_ir_config_parameter(self):
        remembered = memory(self.env.cr)
        if remembered is None:
            return super()._get_weight_uom_id_from_ir_config_parameter()
        # Every transfer asks, and whether the unit exists is a query.
        if "weight unit" not in remembered:
            remembered["weight unit"] = super()._get_weight_uom_id_from_ir_config_parameter().id
        return self.env["uom.uom"].browse(remembered["weight unit"])

    def write(self, vals):
        result = super().write(vals)
        if not _TOLD.isdisjoint(vals) and emits(self.env, "product"):
            changed(self.env, "product", self.with_context(active_test=False).product_variant_ids.ids)
        return result
