from odoo import api, models

from odoo.addons.clarity_bridge.tools.emission import changed

_KIT = {"active", "company_id", "product_id", "product_qty", "product_tmpl_id", "product_uom_id", "type"}


class MrpBom(models.Model):
    _inherit = "mrp.bom"

    @api.model_create_multi
    def create(self, vals_list):
        boms = super().create(vals_list)
        boms._clarity_kits_changed()
        return boms

    def write(self, vals):
        touched = not _KIT.isdisjoint(vals)
        if touched:
            # What was a kit until now is one no more.
            self._clarity_kits_changed()
        result = super().write(vals)
        if touched:
            self._clarity_kits_changed()
        return result

    def unlink(self):
        self._clarity_kits_changed()
        return super().unlink()

    def _clarity_kits_changed(self):
        kits = self.filtered(lambda bom: bom.type == "phantom")._clarity_products()
        changed(self.env, "stock", (kits | kits._clarity_used_in_kits()).ids)

    def _clarity_products(self):
        """The products that are made of these, and nothing else of their templates' variants."""
        one = self.filtered("product_id")
        return one.product_id | (self - one).product_tmpl_id.product_variant_ids
