from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _clarity_kit_lines(self):
        self.ensure_one()
        kits, parts = super()._clarity_kit_lines()
        for line, moves in self.move_ids.filtered(_is_part).grouped("sale_line_id").items():
            parts |= moves
            kits[line] = self._clarity_completed(line)
        return kits, parts

    def _clarity_completed(self, line):
        """How many kits of an order line this delivery completes: parts of one kit may travel apart."""
        moves = line.move_ids.filtered(lambda move: move.picking_id.picking_type_code == "outgoing")
        if self.state != "done":
            return _kits(line, moves.filtered(lambda move: move.picking_id == self))
        done = moves.filtered(lambda move: move.state == "done")
        place = (self.date_done, self.id)
        before = done.filtered(lambda move: (move.picking_id.date_done, move.picking_id.id) < place)
        return _kits(line, before | done.filtered(lambda move: move.picking_id == self)) - _kits(line, before)


def _is_part(move):
    return (
        move.state != "cancel"
        and move.sale_line_id
        and move.bom_line_id.bom_id.type == "phantom"
        and move.product_id != move.sale_line_id.product_id
    )


def _kits(line, moves):
    """Whole kits, in the line's unit."""
    boms = moves.bom_line_id.bom_id
    bom = boms.filtered(lambda one: line.product_id in one._clarity_products())[:1]
    bom = bom or boms._bom_find(line.product_id, company_id=line.company_id.id, bom_type="phantom")[line.product_id]
    if not bom or not moves:
        return 0.0
    everything = {"incoming_moves": lambda move: True, "outgoing_moves": lambda move: False}
    ordered = line.product_uom_id._compute_quantity(line.product_uom_qty, bom.product_uom_id)
    made = moves._compute_kit_quantities(line.product_id, ordered, bom, everything)
    return bom.product_uom_id._compute_quantity(made, line.product_uom_id)
