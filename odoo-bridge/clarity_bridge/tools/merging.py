"""
Whether moves that are being confirmed could become one with others of their transfer.

Odoo groups the moves of each transfer by a dozen fields, and the product is always one of them: where no two moves
of a transfer are of one product, none can be merged.
"""

from .bulk import memory
from .overrides import is_as_known

#: Extensions that were read: they add fields by which moves differ, and candidates of manufacturing orders.
_REPLACED = {
    "_merge_moves": {"stock"},
    "_update_candidate_moves_list": {"stock", "mrp"},
    "_prepare_merge_moves_distinct_fields": {"stock", "sale_stock", "purchase_stock", "mrp"},
    "_merge_move_itemgetter": {"stock"},
    "_clean_merged": {"stock", "purchase_stock"},
}


def is_needless(moves):
    """Whether `moves._merge_moves()` would return them as they are, for sure."""
    if memory(moves.env.cr) is None or not is_as_known(moves, _REPLACED):
        return False
    if any(move.product_uom.compare(move.product_qty, 0) < 0 for move in moves) or _is_manufactured(moves):
        return False
    candidates = moves.picking_id.move_ids
    return len({(move.picking_id, move.product_id) for move in candidates}) == len(candidates)


def _is_manufactured(moves):
    """With manufacturing, moves of its orders are candidates, too."""
    if "raw_material_production_id" not in moves._fields:
        return False
    return bool(moves.raw_material_production_id or moves.production_id or moves.move_dest_ids)
