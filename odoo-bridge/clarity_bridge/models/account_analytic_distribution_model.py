from odoo import api, models

from ..tools import analytic_rules


class AccountAnalyticDistributionModel(models.Model):
    _inherit = "account.analytic.distribution.model"

    @api.model
    def _get_applicable_models(self, vals):
        return analytic_rules.applicable(self, super()._get_applicable_models, vals)
