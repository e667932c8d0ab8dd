import json

from odoo import Command
from odoo.tests import tagged

from odoo.addons.clarity_bridge.tests.common import BridgeCase


@tagged("post_install", "-at_install")
class TestKits(BridgeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_stock(cls.shirt, 7)
        cls.set_stock(cls.mug, 5)
        cls.kit = cls.env["product.product"].create({"name": "Gift set", "default_code": "T-SET", "list_price": 20})
        cls.bom = cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": cls.shirt.id, "product_qty": 2}),
                    Command.create({"product_id": cls.mug.id, "product_qty": 1}),
                ],
            }
        )

    def free(self, sku="T-SET"):
        # A read is a request of its own: it finds nothing remembered.
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.bridge.read_state("main", "stock", [sku])["stock"]
        return [row["free_quantity"] for row in rows if row["warehouse"] == self.warehouse.code]

    def told(self):
        self.env.cr.precommit.run()
        events = self.env["clarity.event"].search([("event_type", "=", "stock.changed")])
        skus = {json.loads(event.payload)["data"]["sku"] for event in events}
        events.unlink()
        return skus

    def test_case_17_a_kit_is_as_many_as_its_components_make(self):
        self.assertEqual(self.free(), ["3"])
        self.set_stock(self.mug, 2)
        self.assertEqual(self.free(), ["2"])

    def test_case_17_a_move_of_a_component_tells_of_the_kit(self):
        self.told()
        self.set_stock(self.mug, 4)
        self.assertEqual(self.told(), {"T-MUG", "T-SET"})

    def test_a_kit_in_a_kit_is_told_of_too(self):
        self.env["product.product"].create({"name": "Hamper", "default_code": "T-HAMPER"})
        hamper = self.env["product.product"].search([("default_code", "=", "T-HAMPER")])
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": hamper.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [Command.create({"product_id": self.kit.id, "product_qty": 1})],
            }
        )
        self.told()
        self.set_stock(self.mug, 1)
        self.assertEqual(self.told(), {"T-MUG", "T-SET", "T-HAMPER"})
        self.assertEqual(self.free("T-HAMPER"), ["1"])

    def test_a_change_of_what_it_is_made_of_is_told(self):
        self.told()
        self.bom.bom_line_ids[0].product_qty = 7
        self.assertEqual((self.told(), self.free()), ({"T-SET"}, ["1"]))
        self.bom.type = "normal"
        self.assertEqual((self.told(), self.free()), ({"T-SET"}, []))

    def test_a_delivery_tells_of_kits_it_completes_under_the_line_that_was_ordered(self):
        line = self.line(sku="T-SET", quantity="2", price="20.00")
        order = self.applied(ref="o1", lines=[line, self.line("L2", quantity="1")])
        self.reserve(order)
        parts = order.picking_ids.move_ids.filtered(lambda move: move.sale_line_id.clarity_ref == "L1")
        self.assertEqual(set(parts.mapped("product_id.default_code")), {"T-SHIRT", "T-MUG"})
        first = self.deliver_moves(order, {"T-MUG": 2})
        self.assertEqual(self.lines(first), [])
        second = self.deliver_moves(order, {"T-SHIRT": 4})
        self.assertEqual(self.lines(second), [("L1", "T-SET", "2")])
        third = self.deliver_moves(order, {"T-SHIRT": 1})
        self.assertEqual(self.lines(third), [("L2", "T-SHIRT", "1")])

    def deliver_moves(self, order, quantities):
        """Validate so much of each component, moves of the kit first."""
        picking = order.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        left = dict(quantities)
        for move in picking.move_ids.sorted(lambda move: move.sale_line_id.clarity_ref):
            taken = min(left.get(move.product_id.default_code, 0), move.product_uom_qty)
            left[move.product_id.default_code] = left.get(move.product_id.default_code, 0) - taken
            move.quantity = taken
            move.picked = bool(taken)
        picking.with_context(skip_backorder=True).button_validate()
        return picking

    def lines(self, picking):
        [state] = self.bridge.read_state("main", "picking", [str(picking.id)])["pickings"]
        return [(line["line_ref"], line["sku"], line["quantity"]) for line in state["lines"]]
