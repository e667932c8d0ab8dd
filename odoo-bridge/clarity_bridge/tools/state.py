"""read_state: current values of orders, deliveries and stock, from one snapshot."""

from collections import defaultdict

from odoo.fields import Domain

from . import orders
from .exchange import in_storefronts
from .orders import DELIVERIES, quantity

_OPEN = ("confirmed", "partially_available")


def read_orders(env, store, refs):
    links = _links(env, store, [("clarity_ref", "in", refs)])
    alive = env["sale.order"].browse(links.mapped("res_id")).exists()
    link_of = {link.res_id: (link.clarity_ref, link.version, link.reservation_pending) for link in links}
    return list(orders.states(alive, link_of).values())


def read_pickings(env, store, refs):
    ids = [int(ref) for ref in refs if ref.isdecimal() and int(ref) < 2**31]
    pickings = env["stock.picking"].search(
        [("id", "in", ids), ("picking_type_code", "in", DELIVERIES), ("sale_id", "!=", False)], order="id"
    )
    links = _links(env, store, [("res_id", "in", pickings.sale_id.ids)])
    refs = {link.res_id: link.clarity_ref for link in links}
    return [_picking(picking, refs[picking.sale_id.id]) for picking in pickings if picking.sale_id.id in refs]


def read_stock(env, skus):
    """One row per SKU and warehouse. A SKU that two products share is left out: neither is the right one.

    A kit is as many as its components make.
    """
    products = env["product.product"].search([("default_code", "in", skus)])
    kits = products._clarity_kits()
    products = products.filtered("is_storable") | kits
    # Uniqueness is counted over everything active, services too.
    twins = env["product.product"]._read_group([("default_code", "in", skus)], ["default_code"], ["__count"])
    shared = {code for code, count in twins if count > 1}
    products = products.filtered(lambda product: product.default_code not in shared)
    warehouses = env["stock.warehouse"].search([])
    numbers = _quantities(env, products - kits, warehouses) | _kit_quantities(kits & products, warehouses)
    return [
        {
            "sku": product.default_code,
            "product_id": product.id,
            "warehouse": warehouse.code,
            "free_quantity": quantity(on_hand - reserved),
            "on_hand": quantity(on_hand),
        }
        for product in products
        for warehouse in warehouses
        for on_hand, reserved in [numbers[warehouse.id, product.id]]
    ]


def read_invoices(env, store, refs):
    ids = [int(ref) for ref in refs if ref.isdecimal() and int(ref) < 2**31]
    moves = env["account.move"].search([("id", "in", ids), ("move_type", "=", "out_invoice")], order="id")
    refs = order_refs(env, store, moves.line_ids.sale_line_ids.order_id)
    return [_invoice(move, refs) for move in moves if refs.keys() & set(move.line_ids.sale_line_ids.order_id.ids)]


def order_refs(env, store, orders):
    """Order id -> its storefront id."""
    return {link.res_id: link.clarity_ref for link in _links(env, store, [("res_id", "in", orders.ids)])}


def read_returns(env, store, refs):
    # sudo: links are the addon's own records, the service user has no rights on the table.
    links = (
        env["clarity.link"]
        .sudo()
        .search(
            [
                ("store", "=", store),
                ("kind", "=", "return"),
                ("res_model", "=", "clarity.return"),
                ("clarity_ref", "in", refs),
            ]
        )
    )
    alive = env["clarity.return"].browse(links.mapped("res_id")).exists()
    refs_of_orders = order_refs(env, store, alive.order_id)
    by_id = {link.res_id: link for link in links}
    return [_return(one, by_id[one.id], refs_of_orders) for one in alive if one.order_id.id in refs_of_orders]


def held_orders(env, store, refs):
    """Of the given storefront orders, those whose stock Odoo holds: reserved, or tried in vain.

    Not held are orders that are not here, not confirmed, whose reservation is still to come, or that Odoo's own
    rules (by hand, by date) do not reserve yet.
    """
    if not refs:
        return []
    links = _links(env, store, [("clarity_ref", "in", refs), ("reservation_pending", "=", False)])
    alive = env["sale.order"].browse(links.mapped("res_id")).exists()
    confirmed = alive.filtered(lambda order: order.state in ("sale", "cancel"))
    moves = env["stock.move"].search(
        [("picking_id.sale_id", "in", confirmed.ids), ("state", "in", _OPEN), ("product_id.is_storable", "=", True)]
    )
    untried = moves.filtered(lambda move: not move._should_assign_at_confirm()).picking_id.sale_id
    held = set((confirmed - untried).ids)
    return [link.clarity_ref for link in links if link.res_id in held]


def _links(env, store, domain):
    # sudo: links are the addon's own records, the service user has no rights on the table.
    return (
        env["clarity.link"]
        .sudo()
        .search([("store", "=", store), ("kind", "=", "order"), ("res_model", "=", "sale.order"), *domain])
    )


def _picking(picking, ref):
    done = picking.state == "done"
    kits, parts = picking._clarity_kit_lines()
    moves = picking.move_ids.filtered(lambda move: move.state != "cancel") - parts
    return {
        "id": picking.id,
        "name": picking.name,
        "state": picking.state,
        "order": {"id": picking.sale_id.id, "ref": ref},
        "warehouse": picking.picking_type_id.warehouse_id.code or "",
        "carrier": picking.carrier_id.name or None,
        "tracking": picking.carrier_tracking_ref or None,
        "tracking_url": picking.carrier_tracking_url or None,
        "done_at": iso(picking.date_done) if done and picking.date_done else None,
        "lines": [
            {
                "line_ref": move.sale_line_id.clarity_ref or None,
                "sku": move.product_id.default_code or None,
                "quantity": quantity(_in_unit_of_line(move)),
            }
            for move in moves
            if not done or move.quantity
        ]
        + [
            {
                "line_ref": line.clarity_ref or None,
                "sku": line.product_id.default_code or None,
                "quantity": quantity(number),
            }
            for line, number in kits.items()
            if number
        ],
    }


def _invoice(move, refs):
    currency = move.currency_id
    return {
        "id": move.id,
        "number": move.name or "",
        "state": move.state,
        "payment_state": move.payment_state,
        "currency": currency.name,
        "total": orders.money(currency, move.amount_total),
        "due": orders.money(currency, move.amount_residual),
        "due_date": move.invoice_date_due.isoformat() if move.invoice_date_due else None,
        "orders": [
            {"id": order.id, "ref": refs[order.id]}
            for order in move.line_ids.sale_line_ids.order_id.sorted("id")
            if order.id in refs
        ],
    }


def _return(one, link, refs):
    credits = one.move_ids.filtered(lambda move: move.state == "posted")
    pickings = one.picking_ids.filtered(lambda picking: picking.state != "cancel")
    done = pickings.filtered(lambda picking: picking.state == "done")
    return {
        "ref": link.clarity_ref,
        "id": one.id,
        "version": link.version or "",
        "order": {"id": one.order_id.id, "ref": refs[one.order_id.id]},
        "status": one.status,
        "currency": one.currency_id.name,
        "received": "no" if not done else "all" if done == pickings else "part",
        "credited": orders.money(one.currency_id, in_storefronts(one, sum(credits.mapped("amount_total")))),
        "open": orders.money(one.currency_id, in_storefronts(one, sum(credits.mapped("amount_residual")))),
        "credit_notes": credits.mapped("name"),
    }


def _in_unit_of_line(move):
    """What was delivered, in the unit in which the storefront sold it."""
    unit = move.sale_line_id.product_uom_id or move.product_uom
    return move.product_uom._compute_quantity(move.quantity, unit, rounding_method="HALF-UP")


def _quantities(env, products, warehouses):
    """(warehouse id, product id) -> (on hand, reserved), as Odoo's free_qty counts them."""
    numbers = defaultdict(lambda: (0.0, 0.0))
    for warehouse in warehouses:
        in_warehouse = products.with_context(warehouse_id=warehouse.id)._get_domain_locations()[0]
        rows = env["stock.quant"]._read_group(
            in_warehouse & Domain("product_id", "in", products.ids),
            ["product_id"],
            ["quantity:sum", "reserved_quantity:sum"],
        )
        for product, on_hand, reserved in rows:
            numbers[warehouse.id, product.id] = on_hand, reserved
    return numbers


def _kit_quantities(kits, warehouses):
    """The same for kits, which have no quants: as Odoo counts them."""
    return {
        (warehouse.id, kit.id): (kit.qty_available, kit.qty_available - kit.free_qty)
        for warehouse in warehouses
        for kit in kits.with_context(warehouse_id=warehouse.id)
    }


def iso(moment):
    """UTC with milliseconds and Z."""
    return moment.isoformat(timespec="milliseconds") + "Z"
