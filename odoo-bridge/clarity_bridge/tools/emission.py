"""
What changed in this transaction, gathered in the cursor and written to the outbox just before the commit.

A burst in one transaction is one row per thing. Rows are only ever inserted here: an update of a row that another
transaction holds would make a user's work wait, or fail, because of our events. Merging is the sender's work.
"""

import json
import uuid
from collections import defaultdict
from functools import partial

from odoo import SUPERUSER_ID, api
from odoo.modules import module

from .bulk import is_writing
from .state import iso

_CHANGES = "clarity_bridge.changes"
#: What may change, and the setting that switches it off.
SETTING_OF = {
    "order": "clarity_bridge.emit_order",
    "picking_done": "clarity_bridge.emit_shipment",
    "picking_tracking": "clarity_bridge.emit_shipment",
    "stock": "clarity_bridge.emit_stock",
    "invoice": "clarity_bridge.emit_invoice",
    "return": "clarity_bridge.emit_return",
    "product": "clarity_bridge.emit_product",
    "partner": "clarity_bridge.emit_customer",
    "price": "clarity_bridge.emit_price",
}
#: Off until somebody switches them on: a catalogue may hold much that is not for the storefront.
_OFF_AT_FIRST = {SETTING_OF[what] for what in ("product", "partner", "price")}
#: Not told when the bridge itself wrote it: the storefront said so.
_ECHOED = {"product", "partner"}


def changed(env, what, ids):
    """Note that these orders, deliveries, products … changed."""
    if not ids or not emits(env, what):
        return
    changes = env.cr.precommit.data.get(_CHANGES)
    if changes is None:
        changes = env.cr.precommit.data[_CHANGES] = defaultdict(set)
        env.cr.precommit.add(partial(_write, env.cr))
    changes[what].update(ids)


def is_on(env, setting):
    at_first = "0" if setting in _OFF_AT_FIRST else "1"
    # sudo: a system parameter, which users may not read.
    return env["ir.config_parameter"].sudo().get_param(setting, at_first) != "0"


def is_off(env, what):
    """Whether the merchant has not switched on what is off at first."""
    setting = SETTING_OF.get(what)
    return setting in _OFF_AT_FIRST and not is_on(env, setting)


def emits(env, what):
    """Whether such a change is told now: for who would have to look up what changed.

    Not while modules are being installed, nor in the tests of other modules.
    """
    if what in _ECHOED and is_writing(env.cr):
        return False
    if not env.registry.ready or (module.current_test and not getattr(module.current_test, "clarity_emits", False)):
        return False
    return is_on(env, SETTING_OF[what])


def _write(cr):
    changes = cr.precommit.data.pop(_CHANGES, {})
    env = api.Environment(cr, SUPERUSER_ID, {})
    rows = [
        *_order_rows(cr, changes.get("order")),
        *_picking_rows(cr, "picking.done", changes.get("picking_done")),
        # A delivery that was just validated is told with its tracking number.
        *_picking_rows(
            cr, "picking.tracking", changes.get("picking_tracking", set()) - changes.get("picking_done", set())
        ),
        *_stock_rows(cr, _with_kits(env, changes.get("stock"))),
        *_invoice_rows(cr, changes.get("invoice")),
        *_return_rows(cr, changes.get("return")),
        *_product_rows(cr, changes.get("product")),
        *_partner_rows(cr, changes.get("partner")),
        *_price_rows(changes.get("price")),
    ]
    if rows:
        now = iso(cr.now())
        env["clarity.event"]._insert(
            [
                (f"{event_type}:{record_id}", event_type, body_of(event_type, now, data), f"evt_{uuid.uuid4().hex}")
                for event_type, record_id, data in rows
            ]
        )


def body_of(event_type, timestamp, data):
    """The bytes to sign and send, as text."""
    body = {"type": event_type, "timestamp": timestamp, "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _order_rows(cr, ids):
    if ids:
        cr.execute(
            """
            SELECT res_id, clarity_ref, traceparent
              FROM clarity_link
             WHERE res_model = 'sale.order' AND kind = 'order' AND res_id = ANY(%s)
            """,
            [list(ids)],
        )
        for order, ref, trace in cr.fetchall():
            yield "sale_order.changed", order, {"order": {"id": order, "ref": ref}, "traceparent": trace}


def _picking_rows(cr, event_type, ids):
    if ids:
        cr.execute(
            """
            SELECT picking.id, link.res_id, link.clarity_ref, link.traceparent
              FROM stock_picking picking
              JOIN stock_picking_type type
                ON type.id = picking.picking_type_id AND type.code IN ('outgoing', 'dropship')
              JOIN clarity_link link
                ON link.res_model = 'sale.order' AND link.kind = 'order' AND link.res_id = picking.sale_id
             WHERE picking.id = ANY(%s) AND picking.state = 'done'
            """,
            [list(ids)],
        )
        for picking, order, ref, trace in cr.fetchall():
            data = {"picking_id": picking, "order": {"id": order, "ref": ref}, "traceparent": trace}
            yield event_type, picking, data


def _with_kits(env, ids):
    """A kit can be sold as often as its parts allow."""
    return ids and ids | set(env["product.product"].browse(ids)._clarity_used_in_kits().ids)


def _stock_rows(cr, ids):
    if ids:
        cr.execute(
            "SELECT id, default_code FROM product_product WHERE id = ANY(%s) AND default_code > '' ORDER BY id",
            [list(ids)],
        )
        for product, sku in cr.fetchall():
            yield "stock.changed", product, {"product_id": product, "sku": sku}


def _invoice_rows(cr, ids):
    """An invoice of several orders is told with the first of them; who reads it gets all."""
    if ids:
        cr.execute(
            """
            SELECT DISTINCT ON (move.id) move.id, link.res_id, link.clarity_ref, link.traceparent
              FROM account_move move
              JOIN account_move_line line ON line.move_id = move.id
              JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = line.id
              JOIN sale_order_line sold ON sold.id = rel.order_line_id
              JOIN clarity_link link
                ON link.res_model = 'sale.order' AND link.kind = 'order' AND link.res_id = sold.order_id
             WHERE move.id = ANY(%s) AND move.move_type = 'out_invoice' AND move.state IN ('posted', 'cancel')
             ORDER BY move.id, link.res_id
            """,
            [list(ids)],
        )
        for move, order, ref, trace in cr.fetchall():
            data = {"invoice_id": move, "order": {"id": order, "ref": ref}, "traceparent": trace}
            yield "invoice.changed", move, data


def _return_rows(cr, ids):
    if ids:
        cr.execute(
            """
            SELECT res_id, clarity_ref, traceparent
              FROM clarity_link
             WHERE res_model = 'clarity.return' AND kind = 'return' AND res_id = ANY(%s)
            """,
            [list(ids)],
        )
        for one, ref, trace in cr.fetchall():
            yield "return.changed", one, {"return": {"id": one, "ref": ref}, "traceparent": trace}


def _product_rows(cr, ids):
    """A deleted one has no reference any more. The addon's own (shipping, discount) are never sold alone."""
    if ids:
        cr.execute(
            """
            SELECT changed.id, product.default_code
              FROM unnest(%s) AS changed(id)
              LEFT JOIN product_product product ON product.id = changed.id
             WHERE NOT EXISTS (
                   SELECT FROM ir_model_data
                    WHERE module = 'clarity_bridge' AND model = 'product.product' AND res_id = changed.id)
             ORDER BY changed.id
            """,
            [list(ids)],
        )
        for product, sku in cr.fetchall():
            yield "product.changed", product, {"product_id": product, "sku": sku}


def _partner_rows(cr, ids):
    """Customers that are registered in the storefront; a guest has no account there to be changed."""
    if ids:
        cr.execute(
            """
            SELECT res_id, clarity_ref, traceparent
              FROM clarity_link
             WHERE res_model = 'res.partner' AND kind = 'customer' AND res_id = ANY(%s)
               AND clarity_ref NOT LIKE 'guest:%%'
             ORDER BY id
            """,
            [list(ids)],
        )
        for partner, ref, trace in cr.fetchall():
            data = {"partner_id": partner, "customer": {"id": partner, "ref": ref}, "traceparent": trace}
            yield "partner.changed", partner, data


def _price_rows(ids):
    for item in sorted(ids or ()):
        yield "pricelist_item.changed", item, {"item_id": item}
