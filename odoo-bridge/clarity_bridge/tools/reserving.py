"""
Reserving many moves at once.

Odoo reserves line by line: four searches of quants and a write for each. Where the choice is plain - one place, no
lot, package or owner, the product's own unit, enough for all - the lines are created together and each quant is written
once. Everything else, and what other addons do when stock is reserved, goes the plain way.
"""

from collections import defaultdict
from contextlib import contextmanager

from .bulk import writes_together

_MARK = "clarity_bridge.reserved"


def collected(cr):
    """The (product id, location id) -> quantity to reserve while `collecting`, else None."""
    return cr.cache.get(_MARK)


def assign(moves):
    """Do what `moves._action_assign()` does."""
    plan = _plan(moves) if writes_together(moves.env) else None
    if plan:
        _reserve(moves.env, plan)
    # Moves that are reserved now are passed over by Odoo, but not by what other addons do here.
    moves._action_assign()


def _plan(moves):
    """:return: {quants: moves} where it is plain that the first of these quants is written"""
    wanted = defaultdict(lambda: moves.browse())
    for move in moves:
        if _is_plain(move):
            wanted[move.location_id, move.product_id] |= move
    plan = {}
    for location, products in _by_location(wanted).items():
        quants = moves.env["stock.quant"].search(
            [("product_id", "in", [product.id for product in products]), ("location_id", "child_of", location.id)]
        )
        for product, some in quants.grouped("product_id").items():
            group = wanted[location, product]
            if choice := _choice(some, location, sum(group.mapped("product_qty"))):
                plan[choice] = group
    # The lines of one transfer stand in the order of its moves: it is reserved as a whole, or Odoo's way.
    left = (moves - moves.browse().concat(*plan.values())).picking_id
    whole = {quants: group.filtered(lambda move: move.picking_id not in left) for quants, group in plan.items()}
    return {quants: group for quants, group in whole.items() if group}


def _by_location(wanted):
    locations = defaultdict(list)
    for location, product in wanted:
        locations[location].append(product)
    return locations


def _is_plain(move):
    product = move.product_id
    return (
        move.state == "confirmed"
        and move.procure_method == "make_to_stock"
        and product.is_storable
        and product.tracking == "none"
        and move.product_uom == product.uom_id
        and product.categ_id.packaging_reserve_method != "full"
        and move.product_uom.compare(move.product_uom_qty, 0) > 0
        and not move.picked
        and not move.restrict_partner_id
        and not move.move_line_ids
        and not move.move_orig_ids
        and not move._should_bypass_reservation()
    )


def _choice(quants, location, quantity):
    """:return: the quants, first the one that Odoo would write the reservation on; none where that is not plain

    There are several alike, until they are merged at night, where somebody held the row while others took or reserved.
    """
    free = sum(quant.quantity - quant.reserved_quantity for quant in quants)
    if quants.product_uom_id.compare(free, quantity) < 0:
        return quants.browse()
    if any(quant.location_id != location or quant.lot_id or quant.package_id or quant.owner_id for quant in quants):
        return quants.browse()
    if len(quants) > 1:
        quants = quants._gather(quants.product_id, location, strict=True)
    # One that owes reservations would be set to zero by Odoo.
    return quants if quants[0].reserved_quantity >= 0 else quants.browse()


def _reserve(env, plan):
    quants = env["stock.quant"].concat(*plan)
    # In one order, so that nobody waits in a circle. A quant that changed since our snapshot ends this transaction.
    env.cr.execute("SELECT id FROM stock_quant WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [quants.ids])
    with _collecting(env.cr) as reserved:
        quant_of = {move: some[0] for some, moves in plan.items() for move in moves}
        lines = env["stock.move.line"].create(
            [
                move._prepare_move_line_vals(quantity=move.product_qty, reserved_quant=quant_of[move])
                for move in sorted(quant_of, key=lambda move: move.id)
            ]
        )
    for quant in (some[0] for some in plan):
        quantity = reserved.pop((quant.product_id.id, quant.location_id.id), 0)
        quant.reserved_quantity += quantity
    lines.move_id.write({"state": "assigned"})
    lines._apply_putaway_strategy()


@contextmanager
def _collecting(cr):
    reserved = cr.cache[_MARK] = defaultdict(float)
    try:
        yield reserved
    finally:
        cr.cache.pop(_MARK, None)
