"""
The transfers of all orders of a batch, looked for and made at once.

Odoo goes from order to order: it looks for an open transfer of its reference, makes one, puts the moves into it and
notes where it came from. Looking makes the ORM write all that is pending, each time. Where every transfer is a new
one - nothing open has the reference, and no two groups of moves could share one - the same transfers are made in
one go, in the same order.
"""

from contextlib import contextmanager

from odoo.tools.misc import groupby

from . import origin_notes
from .bulk import memory
from .orderpoints import with_orderpoints
from .overrides import is_as_known

_CONFIRMING = "moves that are being confirmed"
_DONE = "moves that have their transfer"
_UNTOLD = "moves whose change is to be told"
_TO_CONFIRM = "transfers that are to be confirmed"
_OPEN = ("draft", "confirmed", "waiting", "partially_available", "assigned")
#: The two others only narrow which transfer Odoo may find.
_REPLACED = {
    "_action_confirm": {"stock", "mrp"},
    "_assign_picking": {"stock"},
    "_search_picking_for_assignation": {"stock"},
    "_search_picking_for_assignation_domain": {"stock", "mrp", "stock_picking_batch"},
}
#: While they are written, what depends on them is not up to date.
_WRITTEN = {"write": {"stock", "sale_stock", "mrp"}, "modified": set(), "_set_references": {"stock"}}
_LAUNCHED = {"action_confirm": {"stock"}}
_TRIGGERED = {"_trigger_scheduler": {"stock"}, "_action_confirm": {"stock", "mrp"}, "_assign_picking": {"stock"}}


@contextmanager
def confirming(moves):
    """While these moves are confirmed, what `assign` is first asked to do, it does for all of them."""
    remembered = memory(moves.env.cr)
    if remembered is None:
        yield
        return
    before = remembered.get(_CONFIRMING), remembered.get(_DONE, set())
    waiting = [move.id for move in moves if move.state == "draft" and move._should_be_assigned()]
    remembered[_CONFIRMING], remembered[_DONE] = waiting, set()
    try:
        yield
    finally:
        remembered[_CONFIRMING], remembered[_DONE] = before


def assign(moves):
    """Do what `moves._assign_picking()` does, and for all that is being confirmed with them.

    :return: whether it is done; if not, it is to be done Odoo's way
    """
    remembered = memory(moves.env.cr)
    if remembered is None or not moves:
        return False
    waiting = remembered.get(_CONFIRMING)
    if waiting and set(moves.ids) <= set(waiting):
        remembered[_CONFIRMING] = None
        # A kit may have given way to its parts.
        every = moves.browse(waiting).exists()
        groups = _groups(every)
        if len(every) == len(waiting) and is_as_known(moves, _REPLACED) and _are_new(every, groups):
            _make(groups)
            remembered[_DONE] = set(waiting)
    # Odoo comes to each group once; what came with an earlier one is done.
    done = remembered.get(_DONE, set())
    if not set(moves.ids) <= done:
        return False
    done.difference_update(moves.ids)
    return True


def _groups(moves):
    """Moves that go into one transfer each, in the order in which Odoo comes to them."""
    alike = groupby(moves, lambda move: (frozenset(move.reference_ids.ids), move.location_id, move.location_dest_id))
    return [
        moves.browse([move.id for move in some])
        for _key, part in alike
        for _key, some in groupby(part, lambda move: move._key_assign_picking())
    ]


def _are_new(moves, groups):
    if any(move.product_uom.compare(move.product_uom_qty, 0) < 0 for move in moves):
        return False
    ways = [way for group in groups for way in _ways(group)]
    if not all(group.reference_ids for group in groups) or len(ways) != len(set(ways)):
        return False
    found = moves.env["stock.picking"].search(
        [("reference_ids", "in", moves.reference_ids.ids), ("printed", "=", False), ("state", "in", _OPEN)]
    )
    return set(ways).isdisjoint(way for picking in found for way in _ways(picking))


def _ways(record):
    """What a group of moves and a transfer have in common if the one may go into the other."""
    kind = record.picking_type_id
    to = record.location_dest_id or kind.default_location_dest_id
    return [(reference, record.location_id, to, kind) for reference in record.reference_ids]


def _make(groups):
    pickings = groups[0].env["stock.picking"].create([moves._get_new_picking_values() for moves in groups])
    with _telling_at_once(groups[0]):
        for picking, moves in zip(pickings, groups, strict=True):
            moves.write({"picking_id": picking.id})
    if not origin_notes.post(groups):
        for moves in groups:
            moves._assign_picking_post_process(new=True)


@contextmanager
def _telling_at_once(moves):
    """What depends on the moves that are written is looked for once, and not once per transfer."""
    remembered = memory(moves.env.cr)
    if not is_as_known(moves, _WRITTEN):
        yield
        return
    remembered[_UNTOLD] = []
    try:
        yield
    finally:
        untold = remembered.pop(_UNTOLD)
    for fields, some in groupby(untold, lambda one: one[1]):
        moves.browse().concat(*(changed for changed, _fields in some)).modified(fields)


def put_off(moves, fields):
    """:return: whether what depends on these fields is told of later"""
    untold = (memory(moves.env.cr) or {}).get(_UNTOLD)
    if untold is None:
        return False
    untold.append((moves, tuple(fields)))
    return True


@contextmanager
def confirming_together(env):
    """While stock rules are launched for many orders, their transfers are confirmed at the end, all at once."""
    remembered = memory(env.cr)
    if remembered is None or _TO_CONFIRM in remembered:
        yield
        return
    remembered[_TO_CONFIRM] = []
    try:
        yield
        later = remembered[_TO_CONFIRM]
    finally:
        del remembered[_TO_CONFIRM]
    if later:
        later[0].browse().concat(*later).action_confirm()


def confirm_later(pickings):
    """:return: whether these transfers, whose moves are confirmed, are left to the end

    Not where a reordering rule is about them: what it buys names the order that it was triggered by.
    """
    later = (memory(pickings.env.cr) or {}).get(_TO_CONFIRM)
    moves = pickings.move_ids
    if later is None or any(move.state == "draft" for move in moves) or with_orderpoints(moves):
        return False
    if not is_as_known(pickings, _LAUNCHED) or not is_as_known(moves, _TRIGGERED):
        return False
    later.append(pickings)
    return True
