"""The references that tie the transfers of an order together, made for all orders of a batch at once."""

from odoo.tools import float_compare

from .bulk import memory
from .overrides import is_as_known

_REPLACED = {"_action_launch_stock_rule": {"sale_stock"}}


def make(lines, previous_quantities):
    """Make what `_action_launch_stock_rule` would make order by order, for the lines that it would make it for."""
    if memory(lines.env.cr) is None or not is_as_known(lines, _REPLACED):
        return
    digits = lines.env["decimal.precision"].precision_get("Product Unit")
    first = {}
    for line in lines:
        order = line.order_id
        if order not in first and not order.stock_reference_ids and _is_to_move(line, previous_quantities, digits):
            first[order] = line
    lines.env["stock.reference"].create([line._prepare_reference_vals() for line in first.values()])


def _is_to_move(line, previous_quantities, digits):
    line = line.with_company(line.company_id)
    if line.state != "sale" or line.order_id.locked or line.product_id.type != "consu":
        return False
    quantity = line._get_qty_procurement(previous_quantities)
    return float_compare(quantity, line.product_uom_qty, precision_digits=digits) != 0
