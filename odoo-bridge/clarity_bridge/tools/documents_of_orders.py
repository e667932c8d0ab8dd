"""Which accounting documents belong to which order of the storefront."""

from . import orders


def order_of_refs(env, store, sold):
    """Order id -> its storefront id, of these orders."""
    # sudo: links are the addon's own records, the service user has no rights on the table.
    links = (
        env["clarity.link"]
        .sudo()
        .search(
            [
                ("store", "=", store),
                ("kind", "=", "order"),
                ("res_model", "=", "sale.order"),
                ("res_id", "in", sold.ids),
            ]
        )
    )
    return {link.res_id: link.clarity_ref for link in links}


def orders_of(move):
    """The orders of an invoice or credit note; a credit note may know them by its invoice only."""
    return (move.line_ids | move.reversed_entry_id.line_ids).sale_line_ids.order_id


def read_credits(store, moves):
    """Posted credit notes for orders of the storefront, with the return each is of, if any."""
    sold = {move.id: orders_of(move) for move in moves}
    refs = order_of_refs(moves.env, store, moves.env["sale.order"].union(*sold.values()))
    # sudo: links are the addon's own records, the service user has no rights on the table.
    returns = (
        moves.env["clarity.link"]
        .sudo()
        .search(
            [
                ("store", "=", store),
                ("kind", "=", "return"),
                ("res_model", "=", "clarity.return"),
                ("res_id", "in", moves.clarity_return_id.ids),
            ]
        )
    )
    return_refs = {link.res_id: link.clarity_ref for link in returns}
    return [
        {
            "id": move.id,
            "number": move.name or "",
            "currency": move.currency_id.name,
            "total": orders.money(move.currency_id, move.amount_total),
            "order": {"id": order.id, "ref": refs[order.id]},
            "return": return_refs.get(move.clarity_return_id.id),
        }
        for move in moves
        for order in sold[move.id].filtered(lambda one: one.id in refs).sorted("id")[:1]
    ]
