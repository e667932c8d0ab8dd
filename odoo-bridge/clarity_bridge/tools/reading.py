"""changes and read_page: what the bridge's sweeps read, in pages and from one snapshot each.

Since Odoo 19 the operators of a domain know whole seconds only, so the position (write_date, id) is compared in SQL,
over the query that the service user's own rights give.
"""

import json
from datetime import UTC, datetime

from odoo.tools import SQL

from . import emission
from .documents_of_orders import order_of_refs, orders_of, read_credits
from .state import held_orders, iso, read_invoices, read_orders, read_pickings, read_returns, read_stock

#: As webhooks tell them: model, domain, and the events of ids.
_CHANGES = {
    "order": ("sale.order", [], emission._order_rows),
    "picking": (
        "stock.picking",
        [("picking_type_code", "=", "outgoing"), ("state", "=", "done"), ("sale_id", "!=", False)],
        lambda cr, ids: emission._picking_rows(cr, "picking.done", ids),
    ),
    "stock": ("stock.quant", [("location_id.usage", "=", "internal")], emission._stock_rows),
    "invoice": (
        "account.move",
        [("move_type", "=", "out_invoice"), ("state", "in", ("posted", "cancel"))],
        emission._invoice_rows,
    ),
    "return": ("clarity.return", [], emission._return_rows),
    "product": ("product.product", [], emission._product_rows),
    "partner": ("res.partner", [], emission._partner_rows),
    "price": ("product.pricelist.item", [], lambda _cr, ids: emission._price_rows(ids)),
}
#: Only what is linked: the column that is, and as what.
_LINKED = {
    "order": ("id", "kind = 'order'"),
    "picking": ("sale_id", "kind = 'order'"),
    "return": ("id", "kind = 'return'"),
    "partner": ("id", "kind = 'customer' AND clarity_ref NOT LIKE 'guest:%%'"),
}
_OF = {"order": "sale.order", "picking": "sale.order", "return": "clarity.return", "partner": "res.partner"}
#: What becomes of a return is told by its documents, and a product's name by its template: neither touches the record.
_MOMENT = {
    "product": """GREATEST(
        product_product.write_date,
        (SELECT write_date FROM product_template WHERE id = product_product.product_tmpl_id))""",
    "return": """GREATEST(
        clarity_return.write_date,
        (SELECT max(write_date) FROM account_move WHERE clarity_return_id = clarity_return.id),
        (SELECT max(write_date) FROM stock_picking WHERE clarity_return_id = clarity_return.id))""",
}

CHANGE_KINDS = tuple(_CHANGES)
PAGE_KINDS = ("order", "picking", "stock", "invoice", "return", "credit")


def read_changes(env, store, kind, since, after, limit):
    """:return: what changed at or after an instant, oldest first, each as the event that a webhook would carry"""
    model, domain, events_of = _CHANGES[kind]
    if emission.is_off(env, kind):
        return {"changes": [], "next": None}
    rows = _page(env, store, kind, model, domain, since, after, limit)
    subject_of = {row_id: row_id for row_id, _moment in rows}
    if kind == "stock":
        # sudo: which product a quant is of; the rows themselves were chosen under the user's rights.
        subject_of = {quant.id: quant.product_id.id for quant in env["stock.quant"].sudo().browse(subject_of)}
    told = {subject: (event_type, data) for event_type, subject, data in events_of(env.cr, set(subject_of.values()))}
    last = {subject_of[row_id]: row_id for row_id, _moment in rows}
    changes = []
    for row_id, moment in rows:
        subject = subject_of[row_id]
        if subject in told and last[subject] == row_id:
            event_type, data = told[subject]
            body = json.loads(emission.body_of(event_type, iso(moment), data))
            changes.append({"id": row_id, "version": _exact(moment), "body": body})
    position = {"since": _exact(rows[-1][1]), "after": rows[-1][0]} if len(rows) == limit else None
    return {"changes": changes, "next": position}


def read_page(env, store, kind, after, limit, pending_orders=()):
    """:return: the current values of everything that the storefront may know of, as read_state gives them, by id"""
    if kind == "order":
        # sudo: links are the addon's own records, the service user has no rights on the table.
        links = (
            env["clarity.link"]
            .sudo()
            .search(
                [
                    ("store", "=", store),
                    ("kind", "=", "order"),
                    ("res_model", "=", "sale.order"),
                    ("res_id", ">", after),
                ],
                order="res_id",
                limit=limit,
            )
        )
        ids = links.mapped("res_id")
        orders = read_orders(env, store, links.mapped("clarity_ref"))
        page = {"orders": sorted(orders, key=lambda order: order["id"])}
    elif kind == "picking":
        domain = [("picking_type_code", "=", "outgoing"), ("state", "=", "done"), ("sale_id", "!=", False)]
        ids = env["stock.picking"].search([*domain, ("id", ">", after)], order="id", limit=limit).ids
        page = {"pickings": read_pickings(env, store, [str(picking) for picking in ids])}
    elif kind == "invoice":
        domain = [("move_type", "=", "out_invoice"), ("state", "in", ("posted", "cancel"))]
        ids = env["account.move"].search([*domain, ("id", ">", after)], order="id", limit=limit).ids
        page = {"invoices": read_invoices(env, store, [str(move) for move in ids])}
    elif kind == "return":
        # sudo: links are the addon's own records, the service user has no rights on the table.
        domain = [("store", "=", store), ("kind", "=", "return"), ("res_model", "=", "clarity.return")]
        links = env["clarity.link"].sudo().search([*domain, ("res_id", ">", after)], order="res_id", limit=limit)
        ids = links.mapped("res_id")
        page = {"returns": read_returns(env, store, links.mapped("clarity_ref"))}
    elif kind == "credit":
        domain = [("move_type", "=", "out_refund"), ("state", "=", "posted"), ("id", ">", after)]
        moves = env["account.move"].search(domain, order="id", limit=limit)
        ids = moves.ids
        page = {"credits": read_credits(store, moves)}
    else:
        products = env["product.product"].search(
            [("default_code", "!=", False), ("is_storable", "=", True), ("id", ">", after)], order="id", limit=limit
        )
        ids = products.ids
        page = {
            "stock": read_stock(env, products.mapped("default_code")),
            "held": held_orders(env, store, list(pending_orders)),
        }
    return page | {"next": ids[-1] if len(ids) == limit else None}


def read_takings(env, store, first, last, after, limit):
    """:return: posted payments of these days in the journals that take the storefront's payments, refunds negative"""
    # sudo: links are the addon's own records, the service user has no rights on the table.
    links = env["clarity.link"].sudo()
    linked = [("store", "=", store), ("kind", "=", "payment"), ("res_model", "=", "account.payment")]
    journals = env["account.payment"].browse(links.search(linked).mapped("res_id")).exists().journal_id
    payments = env["account.payment"].search(
        [
            ("journal_id", "in", journals.ids),
            ("state", "in", ("in_process", "paid")),
            ("partner_type", "=", "customer"),
            ("date", ">=", first),
            ("date", "<=", last),
            ("id", ">", after),
        ],
        order="id",
        limit=limit,
    )
    refs = {link.res_id: link.clarity_ref for link in links.search([*linked, ("res_id", "in", payments.ids)])}
    sold = {payment.id: _order_paid_back(payment) for payment in payments if payment.payment_type == "outbound"}
    orders = order_of_refs(env, store, env["sale.order"].union(*sold.values()))
    rows = [
        {
            "id": payment.id,
            "name": payment.name or "",
            "ref": refs.get(payment.id),
            "order": orders.get(sold[payment.id].id) if payment.id in sold else None,
            "of": payment.clarity_payment_id.clarity_ref or None,
            "journal": payment.journal_id.code,
            "journal_name": payment.journal_id.name,
            "date": payment.date.isoformat(),
            "currency": payment.currency_id.name,
            "amount": money(
                payment.amount if payment.payment_type == "inbound" else -payment.amount, payment.currency_id
            ),
            "memo": payment.memo or None,
        }
        for payment in payments
    ]
    return {"payments": rows, "next": payments.ids[-1] if len(payments) == limit else None}


def _order_paid_back(payment):
    """The order for which money went back; one that a person registered knows it by the credit note it settles."""
    if payment.clarity_order_id:
        return payment.clarity_order_id
    credits = (payment.reconciled_invoice_ids | payment.invoice_ids).filtered(
        lambda move: move.move_type == "out_refund"
    )
    return payment.clarity_order_id.union(*(orders_of(credit) for credit in credits))[:1]


def money(value, currency):
    """With as many decimals as the currency has."""
    return f"{value:.{currency.decimal_places}f}"


def instant(text):
    """An ISO 8601 instant with a zone, as the database keeps it."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC).replace(tzinfo=None)


def _page(env, store, kind, model, domain, since, after, limit):
    query = env[model].with_context(active_test=False)._search(domain)
    table = query.table
    moment = SQL(_MOMENT[kind]) if kind in _MOMENT else SQL.identifier(table, "write_date")
    row = SQL.identifier(table, "id")
    query.add_where(SQL("(%s, %s) > (%s, %s)", moment, row, since, after))
    if kind in _LINKED:
        column, which = _LINKED[kind]
        linked = SQL(
            f"SELECT res_id FROM clarity_link WHERE store = %s AND res_model = %s AND {which}", store, _OF[kind]
        )
        query.add_where(SQL("%s IN (%s)", SQL.identifier(table, column), linked))
    query.order = SQL("%s, %s", moment, row)
    query.limit = limit
    return env.execute_query(query.select(row, moment))


def _exact(moment):
    """To the microsecond: what a position is compared by."""
    return moment.isoformat(timespec="microseconds") + "Z"
