from odoo import api, models

from ..tools import stock_rules


class StockRule(models.Model):
    _inherit = "stock.rule"

    @api.model
    def _search_rule_for_warehouses(self, route_ids, packaging_uom_id, product_id, warehouse_ids, domain):
        plain = super()._search_rule_for_warehouses
        return stock_rules.search(self, plain, route_ids, packaging_uom_id, product_id, warehouse_ids, domain)
