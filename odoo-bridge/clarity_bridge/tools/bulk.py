"""
What is asked once per batch instead of once per line.

Odoo looks for reordering rules and analytic rules for every line it writes, also where a database has none. While a
batch is being written the answer "there are none" is remembered. The mark lives in the cursor's cache, where only
`apply` can set it.
"""

from contextlib import contextmanager

_MARK = "clarity_bridge.bulk"


@contextmanager
def bulk(cr):
    cr.cache[_MARK] = {}
    try:
        yield
    finally:
        cr.cache.pop(_MARK, None)


def is_writing(cr):
    """Whether the bridge is writing a batch: what it changes came from the storefront."""
    return _MARK in cr.cache


def is_without(model, field=None, value=None):
    """Whether a batch is being written and no record of `model` (with `field` = `value`) exists; else False."""
    memory = model.env.cr.cache.get(_MARK)
    if memory is None:
        return False
    key = model._name, field, value
    if key not in memory:
        # sudo: rules that the caller may not read count as well. Archived ones count, too.
        everything = model.sudo().with_context(active_test=False)
        memory[key] = not everything.search_count([(field, "=", value)] if field else [], limit=1)
    return memory[key]
