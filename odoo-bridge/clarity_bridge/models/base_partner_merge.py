from odoo import api, models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):
        result = super()._update_reference_fields(src_partners, dst_partner)
        # sudo: links are the addon's own records, who merges contacts need have no right on them.
        links = self.env["clarity.link"].sudo()
        links.search([("res_model", "=", "res.partner"), ("res_id", "in", src_partners.ids)]).res_id = dst_partner.id
        return result
