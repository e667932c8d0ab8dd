from odoo import models

from ..tools import merging, pickings
from ..tools.orderpoints import with_orderpoints
from ..tools.reservation import deferred_moves


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        with pickings.confirming(self):
            return super()._action_confirm(merge=merge, merge_into=merge_into, create_proc=create_proc)

    def _merge_moves(self, merge_into=False):
        if not merge_into and merging.is_needless(self):
            return self
        return super()._merge_moves(merge_into=merge_into)

    def _assign_picking(self):
        return pickings.assign(self) or super()._assign_picking()

    def modified(self, fnames, create=False, before=False):
        if create or before or not pickings.put_off(self, fnames):
            super().modified(fnames, create=create, before=before)

    def _action_assign(self, force_qty=False):
        later = deferred_moves(self.env.cr)
        if later is None or force_qty:
            return super()._action_assign(force_qty=force_qty)
        # Moves that need no stock contend with nobody and may be done at once.
        now = self.filtered(lambda move: move._should_bypass_reservation())
        later.update((self - now).ids)
        return super(StockMove, now)._action_assign(force_qty=force_qty)

    def _trigger_scheduler(self):
        return super(StockMove, with_orderpoints(self))._trigger_scheduler()

    def _update_orderpoints(self):
        return super(StockMove, with_orderpoints(self))._update_orderpoints()
