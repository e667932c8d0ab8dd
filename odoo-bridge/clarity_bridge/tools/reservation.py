"""
Reserving the stock of confirmed orders in a second, short transaction.

Two batches that hold one hot product would otherwise fail on each other's quants, and Odoo's own retry sleeps for
seconds. The mark lives in the cursor's cache, where only `apply` can set it: a context key could be sent by a caller.
"""

from contextlib import contextmanager

_MARK = "clarity_bridge.deferred_moves"
SETTING = "clarity_bridge.defer_reservation"


def deferred_moves(cr):
    """The set that takes the ids of moves to reserve later, or None outside of `deferring`."""
    return cr.cache.get(_MARK)


@contextmanager
def deferring(env):
    """:return: a set that holds, afterwards, the ids of the moves whose reservation was put off"""
    later = set()
    # sudo: a system parameter, which the service user may not read.
    if env["ir.config_parameter"].sudo().get_param(SETTING, "1") != "0":
        env.cr.cache[_MARK] = later
    try:
        yield later
    finally:
        env.cr.cache.pop(_MARK, None)
