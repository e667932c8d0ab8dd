from odoo import api, models

from ..tools.emission import changed, emits

_TOLD = {"active", "barcode", "default_code", "lst_price", "product_template_attribute_value_ids", "weight"}
# A rule for all variants of a product is a price of each: of a new or renamed one, too.
_PRICED = {"active", "default_code"}


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model_create_multi
    def create(self, vals_list):
        products = super().create(vals_list)
        changed(self.env, "product", products.ids)
        products._clarity_prices_changed()
        return products

    def write(self, vals):
        result = super().write(vals)
        if not _TOLD.isdisjoint(vals):
            changed(self.env, "product", self.ids)
        if not _PRICED.isdisjoint(vals):
            self._clarity_prices_changed()
        return result

    def unlink(self):
        changed(self.env, "product", self.ids)
        return super().unlink()

    def _clarity_kits(self):
        """Those that are sold as a kit of other products. There are none without manufacturing."""
        return self.browse()

    def _clarity_used_in_kits(self):
        """The kits that contain these, at whatever depth."""
        return self.browse()

    def _clarity_prices_changed(self):
        if self and emits(self.env, "price"):
            # sudo: which price rules there are is asked on behalf of whoever changed the product.
            rules = self.env["product.pricelist.item"].sudo()
            domain = ["|", ("product_id", "in", self.ids), ("product_tmpl_id", "in", self.product_tmpl_id.ids)]
            changed(self.env, "price", rules.search(domain).ids)
