from odoo import api, models

from ..tools.bulk import is_without


class AccountAnalyticDistributionModel(models.Model):
    _inherit = "account.analytic.distribution.model"

    @api.model
    def _get_applicable_models(self, vals):
        if is_without(self):
            return self.browse()
        return super()._get_applicable_models(vals)
