from odoo import api, models

_PART = {"product_id", "product_qty", "product_uom_id", "bom_product_template_attribute_value_ids"}


class MrpBomLine(models.Model):
    _inherit = "mrp.bom.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.bom_id._clarity_kits_changed()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if not _PART.isdisjoint(vals):
            self.bom_id._clarity_kits_changed()
        return result

    def unlink(self):
        boms = self.bom_id
        result = super().unlink()
        boms._clarity_kits_changed()
        return result
