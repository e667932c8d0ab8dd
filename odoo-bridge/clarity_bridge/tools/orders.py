"""What is particular to sale orders: totals, what a confirmed one still allows, cancelling, and their state as JSON."""

from odoo.tools import float_repr, float_round

from .operation import decimal
from .problems import problem

# What leaves for the customer: from a warehouse of ours, or straight from a vendor (stock_dropshipping).
DELIVERIES = ("outgoing", "dropship")


def cancelled_here(order):
    """Why nothing may be written to an order that only Odoo has cancelled, as a problem; None if it is not."""
    if order.state != "cancel":
        return None
    message = order.env._("%s is cancelled in Odoo but not in the storefront.", order.name)
    return problem("not_editable", message)


def total_fault(order, expect):
    """The difference between the totals a written order must show and those it shows, as a problem; None if equal."""
    for name in ("amount_total", "amount_tax"):
        if name in expect:
            wanted = float(decimal(expect[name]))
            if order.currency_id.compare_amounts(order[name], wanted):
                message = order.env._(
                    "%(label)s is %(shown)s in Odoo and %(wanted)s in the storefront.",
                    label=order._fields[name]._description_string(order.env),
                    shown=money(order.currency_id, order[name]),
                    wanted=expect[name],
                )
                return problem("totals_differ", message, f"/expect/{name}", expect[name])
    return None


def computed(order):
    """Odoo's computation of an order, line by line."""
    currency = order.currency_id
    return {
        "amount_untaxed": money(currency, order.amount_untaxed),
        "amount_tax": money(currency, order.amount_tax),
        "amount_total": money(currency, order.amount_total),
        "lines": [
            {
                **({"ref": line.clarity_ref} if line.clarity_ref else {}),
                "name": line.name or "",
                "quantity": quantity(line.product_uom_qty),
                "price_unit": quantity(line.price_unit),
                "subtotal": money(currency, line.price_subtotal),
                "tax": money(currency, line.price_tax),
                "total": money(currency, line.price_total),
            }
            for line in order.order_line
            if not line.display_type
        ],
    }


def cancel_refusal(order):
    """Why a person must cancel it, as a problem; None if apply may, or if it is cancelled already."""
    if order.state == "cancel":
        return None
    done = order.picking_ids.filtered(lambda p: p.state == "done" and p.picking_type_code in DELIVERIES)
    if done:
        names = ", ".join(done.mapped("name"))
        message = order.env._("%(order)s was delivered already (%(pickings)s).", order=order.name, pickings=names)
        return problem("already_delivered", message)
    # A draft invoice goes with its order; one that is posted needs a credit note, which is not ours to decide.
    if invoices := order.invoice_ids.filtered(lambda move: move.state == "posted" and move.move_type == "out_invoice"):
        names = ", ".join(invoices.mapped("name"))
        message = order.env._("%(order)s was invoiced already (%(invoices)s).", order=order.name, invoices=names)
        return problem("already_invoiced", message)
    if order.locked and not order._should_be_locked():
        message = order.env._("%s was locked by hand. Unlock it in Odoo to cancel it.", order.name)
        return problem("not_editable", message)
    return None


def cancel(order):
    """:return: whether there was something to cancel"""
    if order.state == "cancel":
        return False
    if order.locked:
        # Locked by the setting that locks every confirmed order: unlocking is what a person would do, too.
        order.action_unlock()
    order.action_cancel()
    return True


def with_deferred(orders, move_ids):
    """The orders whose moves wait for their reservation. A move that belongs to none is reserved at once."""
    moves = orders.env["stock.move"].browse(move_ids)
    ours = moves.filtered(lambda move: move.picking_id.sale_id in orders)
    (moves - ours).sudo()._action_assign()  # sudo: as Odoo does, which makes the moves of an order as superuser
    return orders & ours.picking_id.sale_id


def states(orders, link_of):
    """OrderState of openapi.yaml by order id.

    :param link_of: order id -> (storefront id, version, whether its stock is still to be reserved)
    """
    return {
        order.id: {
            "ref": link_of[order.id][0],
            "id": order.id,
            "name": order.name,
            "state": order.state,
            "delivery_status": _delivery_status(order),
            "invoice_status": order.invoice_status or "no",
            "amount_total": money(order.currency_id, order.amount_total),
            "amount_tax": money(order.currency_id, order.amount_tax),
            "currency": order.currency_id.name,
            "version": link_of[order.id][1] or "",
            "storefront": _paid(order),
            # Before its stock was tried for, nobody knows whether it waits.
            "expected_date": None if link_of[order.id][2] else _expected(order),
            "pickings": [
                {"id": picking.id, "name": picking.name, "state": picking.state}
                for picking in order.picking_ids.sorted("id")
                if picking.picking_type_code in DELIVERIES
            ],
        }
        for order in orders
    }


def _delivery_status(order):
    """Odoo counts an open return as a part that has not been delivered; what left has left."""
    leaving = order.picking_ids.filtered(
        lambda picking: picking.picking_type_code in DELIVERIES and picking.state != "cancel"
    )
    if order.delivery_status in ("started", "partial") and leaving and set(leaving.mapped("state")) == {"done"}:
        return "full"
    return order.delivery_status or None


def _paid(order):
    """What the customer pays where the order was converted; None where both are one."""
    currency = order.clarity_currency_id
    if not currency or currency == order.currency_id:
        return None
    return {"total": money(currency, order.clarity_total), "currency": currency.name}


def _expected(order):
    """The day on which what is left over, or waits for stock, is to leave; None where nothing waits."""
    days = [
        picking.scheduled_date.date()
        for picking in order.picking_ids
        if picking.picking_type_code in DELIVERIES
        and picking.scheduled_date
        and (picking.state in ("waiting", "confirmed") or (picking.backorder_id and picking.state == "assigned"))
    ]
    return min(days).isoformat() if days and order.state == "sale" else None


def money(currency, amount):
    """Decimal text with the currency's own number of digits."""
    return float_repr(float_round(amount, precision_rounding=currency.rounding) + 0.0, currency.decimal_places)


def quantity(number):
    """Decimal text without needless zeros; six digits are more than any unit of measure has."""
    text = float_repr(float_round(number, precision_digits=6) + 0.0, 6).rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
