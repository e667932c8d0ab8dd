from odoo import fields, models

from ..tools.emission import changed

_TOLD = {
    "name",
    "is_company",
    "email",
    "phone",
    "vat",
    "active",
    "credit_limit",
    "clarity_on_hold",
    "property_product_pricelist",
    "specific_property_product_pricelist",
}


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "clarity.linked"]

    clarity_on_hold = fields.Boolean(
        "Storefront Hold",
        tracking=True,
        copy=False,
        help="The storefront takes no order on account of this customer.",
    )

    def write(self, vals):
        result = super().write(vals)
        if not _TOLD.isdisjoint(vals):
            changed(self.env, "partner", self.ids)
        return result
