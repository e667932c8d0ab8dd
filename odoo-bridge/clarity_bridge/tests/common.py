import itertools
from contextlib import contextmanager

from odoo.tests import TransactionCase, new_test_user

from ..models.clarity_link import reserve


class BridgeCase(TransactionCase):
    """The bridge as its service user sees it: a user with that one group, and nothing more."""

    #: Read by the addon: events are written in these tests only.
    clarity_emits = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = new_test_user(cls.env, "clarity", "clarity_bridge.group_service", name="Clarity")
        cls.bridge = cls.env["clarity.bridge"].with_user(cls.service)
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.env.company.id)], limit=1)
        cls.shirt, cls.mug = cls.env["product.product"].create(
            [
                {"name": "Shirt", "default_code": "T-SHIRT", "is_storable": True, "list_price": 10},
                {"name": "Mug", "default_code": "T-MUG", "is_storable": True, "list_price": 5},
            ]
        )
        cls.set_stock(cls.shirt, 100)
        cls.set_stock(cls.mug, 100)
        cls.numbers = itertools.count(1)

    @classmethod
    def set_stock(cls, product, quantity):
        quants = cls.env["stock.quant"].with_context(inventory_mode=True)
        quants.create(
            {
                "product_id": product.id,
                "location_id": cls.warehouse.lot_stock_id.id,
                "inventory_quantity": quantity,
            }
        ).action_apply_inventory()

    def customer(self, ref="c1", **changes):
        return {
            "kind": "customer",
            "ref": ref,
            "version": "2026-01-01T00:00:00.000Z",
            "model": "res.partner",
            "values": {"name": "Ann", "email": f"{ref}@example.com"},
            "match": {"email": f"{ref}@example.com"},
        } | changes

    def line(self, ref="L1", sku="T-SHIRT", quantity="2", price="10.00", **values):
        return {
            "clarity_ref": ref,
            "product_id": {"$find": {"model": "product.product", "by": {"default_code": sku}}},
            "product_uom_qty": quantity,
            "price_unit": price,
            "tax_ids": {"$set": []},
        } | values

    def order(self, ref=None, lines=None, values=None, **changes):
        """An operation for an order of two shirts, 20.00 in all."""
        ref = ref or f"o{next(self.numbers)}"
        lines = [self.line()] if lines is None else lines
        return {
            "id": f"op-{ref}",
            "kind": "order",
            "ref": ref,
            "version": "2026-01-01T00:00:00.000Z",
            "hash": "h1",
            "model": "sale.order",
            "ensure": [self.customer()],
            "values": {
                "partner_id": {"$ref": "customer:c1"},
                "client_order_ref": ref,
                "order_line": {"$lines": {"key": "clarity_ref", "items": lines}},
            }
            | (values or {}),
            "follow": ["confirm"],
        } | changes

    def article(self, sku="CUP", values=None, **changes):
        """An operation for a product, known by its SKU."""
        return {
            "id": f"op-{sku}",
            "kind": "product",
            "ref": f"prd_{sku}",
            "version": "2026-01-01T00:00:00.000Z",
            "hash": "h1",
            "model": "product.product",
            "match": {"default_code": sku},
            "values": {"name": "Cup", "default_code": sku} | (values or {}),
        } | changes

    def apply(self, *operations, store="main", user=None):
        bridge = self.bridge.with_user(user) if user else self.bridge
        return bridge.apply(store, list(operations))["results"]

    def applied(self, **changes):
        """The sale order of an operation that went well."""
        [result] = self.apply(self.order(**changes))
        self.assertEqual(result["status"], "created", result)
        return self.env["sale.order"].browse(result["res_id"])

    def link(self, ref, kind="order", store="main"):
        return self.env["clarity.link"].search([("store", "=", store), ("kind", "=", kind), ("clarity_ref", "=", ref)])

    @contextmanager
    def own_transactions(self):
        """Let the addon open transactions of its own, which see what this test wrote."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            yield
        self.env.invalidate_all()

    def reserve(self, *orders):
        """What happens right after the commit."""
        with self.own_transactions():
            reserve(self.registry, [order.id for order in orders])

    def deliver(self, order, quantities=None):
        """Validate the open delivery, of all or of given quantities by storefront line."""
        picking = order.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        picking.action_assign()
        for move in picking.move_ids:
            move.quantity = (
                move.product_uom_qty if quantities is None else quantities.get(move.sale_line_id.clarity_ref, 0)
            )
            move.picked = bool(move.quantity)
        picking.with_context(skip_backorder=True).button_validate()
        return picking

    def assertProblem(self, result, status, *codes):
        self.assertEqual(result["status"], status, result)
        self.assertEqual([found["code"] for found in result["problems"]], list(codes), result)
        self.assertNotIn("Traceback", str(result))
