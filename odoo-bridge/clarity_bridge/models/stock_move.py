from odoo import models

from ..tools.bulk import is_without
from ..tools.reservation import deferred_moves


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_assign(self, force_qty=False):
        later = deferred_moves(self.env.cr)
        if later is None or force_qty:
            return super()._action_assign(force_qty=force_qty)
        # Moves that need no stock contend with nobody and may be done at once.
        now = self.filtered(lambda move: move._should_bypass_reservation())
        later.update((self - now).ids)
        return super(StockMove, now)._action_assign(force_qty=force_qty)

    def _trigger_scheduler(self):
        return super(StockMove, self._with_orderpoints())._trigger_scheduler()

    def _update_orderpoints(self):
        return super(StockMove, self._with_orderpoints())._update_orderpoints()

    def _with_orderpoints(self):
        rules = self.env["stock.warehouse.orderpoint"]
        if is_without(rules):
            return self.browse()
        return self.filtered(lambda move: not is_without(rules, "product_id", move.product_id.id))
