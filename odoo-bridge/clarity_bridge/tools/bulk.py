"""
The gate before everything that is done once per batch instead of once per line.

Odoo looks for reordering rules, analytic rules, stock rules and deliveries for every line it writes. While `apply`
writes a batch, or reserves its stock afterwards, such an answer is remembered, and what is made one by one is made
together. Whoever does so asks `memory` first: it lives in the cursor's cache, where only these two can put it (a
context key could be sent by a caller), it is there only while the setting is on, and it ends with the savepoint that
the batch is written in, or with the reservation.
Without it, or where another addon has its own say (`overrides.py`), everything goes Odoo's way.
"""

from contextlib import contextmanager

SETTING = "clarity_bridge.write_together"
_WRITING = "clarity_bridge.writing"
_MEMORY = "clarity_bridge.memory"


@contextmanager
def bulk(env):
    cache = env.cr.cache
    cache[_WRITING] = True
    if writes_together(env):
        cache[_MEMORY] = {}
    try:
        yield
    finally:
        cache.pop(_WRITING, None)
        cache.pop(_MEMORY, None)


def writes_together(env):
    """Whether the merchant has left the setting on."""
    # sudo: a system parameter, which the service user may not read.
    return env["ir.config_parameter"].sudo().get_param(SETTING, "1") != "0"


def is_writing(cr):
    """Whether the bridge is writing a batch: what it changes came from the storefront."""
    return _WRITING in cr.cache


def memory(cr):
    """What the batch that is being written remembers, as a dict to add to; None while Odoo's own way is to be gone."""
    return cr.cache.get(_MEMORY)


def is_without(model):
    """Whether a batch is being written and no record of `model` exists; else False."""
    return _count(model) == 0


def is_alone(model):
    """Whether a batch is being written and there is one record of `model`; else False."""
    return _count(model) == 1


def _count(model):
    """0, 1 or 2 for more; None while no batch is being written."""
    remembered = memory(model.env.cr)
    if remembered is None:
        return None
    key = "count", model._name
    if key not in remembered:
        # sudo: rules that the caller may not read count as well. Archived ones count, too.
        remembered[key] = model.sudo().with_context(active_test=False).search_count([], limit=2)
    return remembered[key]
