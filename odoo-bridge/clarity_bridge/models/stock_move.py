from odoo import models

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
