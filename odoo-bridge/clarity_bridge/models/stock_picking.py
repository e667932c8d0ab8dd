from datetime import timedelta

from odoo import fields, models

from ..tools import pickings
from ..tools.emission import changed
from ..tools.orders import DELIVERIES

#: The reservation of a new order follows within moments.
_YOUNG = timedelta(minutes=1)


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "clarity.linked"]

    clarity_return_id = fields.Many2one(
        "clarity.return", "Storefront Return", readonly=True, copy=False, index="btree_not_null"
    )

    def write(self, vals):
        tracked = self.browse()
        if "carrier_tracking_ref" in vals:
            number = vals["carrier_tracking_ref"] or False
            tracked = self.filtered(lambda picking: (picking.carrier_tracking_ref or False) != number)
        result = super().write(vals)
        changed(self.env, "picking_tracking", tracked.ids)
        return result

    def action_confirm(self):
        return pickings.confirm_later(self) or super().action_confirm()

    def _clarity_domain(self):
        """A delivery is known by its order."""
        return self.sale_id._clarity_domain()

    def _clarity_term(self):
        # sudo: a stock user need not be allowed to read the order to see where its trace is.
        return self.sudo().sale_id._clarity_term()

    def _clarity_waited(self):
        """Whether the storefront may have been told when this is to leave: not of one that is just being made."""
        return bool(
            self.sale_id
            and self.picking_type_code in DELIVERIES
            and (self.backorder_id or self.create_date < self.env.cr.now() - _YOUNG)
        )

    def _clarity_kit_lines(self):
        """What this delivery completes of order lines that are kits, and the moves of their parts.

        :return: ({sale order line: kits in the line's unit}, moves)
        """
        return {}, self.env["stock.move"]

    def _write_multi(self, vals_list):
        # The state is computed from the moves: here it passes, whichever way they were done.
        done = [picking.id for picking, vals in zip(self, vals_list, strict=True) if vals.get("state") == "done"]
        moved = [
            picking.sale_id.id
            for picking, vals in zip(self, vals_list, strict=True)
            if not vals.keys().isdisjoint(("state", "scheduled_date")) and picking._clarity_waited()
        ]
        result = super()._write_multi(vals_list)
        changed(self.env, "order", moved)
        changed(self.env, "picking_done", done)
        changed(self.env, "return", self.browse(done).clarity_return_id.ids)
        return result
