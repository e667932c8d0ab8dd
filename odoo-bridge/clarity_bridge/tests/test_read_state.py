import re

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestReadState(BridgeCase):
    def stock(self, *skus, pending=()):
        return self.bridge.read_state("main", "stock", list(skus), pending_orders=list(pending))

    def rows(self, *skus):
        return {
            (row["sku"], row["warehouse"]): (row["free_quantity"], row["on_hand"]) for row in self.stock(*skus)["stock"]
        }

    def reserved(self, **changes):
        order = self.applied(**changes)
        self.reserve(order)
        return order

    def test_case_14_free_is_on_hand_minus_reserved(self):
        self.set_stock(self.mug, 30)
        self.reserved(lines=[self.line(sku="T-MUG", quantity="29")])
        self.assertEqual(self.rows("T-MUG"), {("T-MUG", self.warehouse.code): ("1", "30")})
        self.set_stock(self.mug, 80)
        self.assertEqual(self.rows("T-MUG"), {("T-MUG", self.warehouse.code): ("51", "80")})

    def test_numbers_are_odoos_own(self):
        second = self.env["stock.warehouse"].create({"name": "Second", "code": "W2"})
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": second.lot_stock_id.id})
        self.env["stock.quant"]._update_available_quantity(self.mug, shelf, 2.5)
        self.reserved(lines=[self.line(sku="T-MUG", quantity="7")])
        rows = self.rows("T-MUG", "T-SHIRT")
        for product in self.mug | self.shirt:
            for warehouse in self.warehouse | second:
                there = product.with_context(warehouse_id=warehouse.id)
                free, on_hand = rows[product.default_code, warehouse.code]
                self.assertEqual((float(free), float(on_hand)), (there.free_qty, there.qty_available))
        self.assertEqual(rows["T-MUG", "W2"], ("2.5", "2.5"))

    def test_case_18_stock_outside_of_warehouses_is_not_counted(self):
        customers = self.env.ref("stock.stock_location_customers")
        self.env["stock.quant"]._update_available_quantity(self.mug, customers, 5)
        self.assertEqual(self.rows("T-MUG")["T-MUG", self.warehouse.code], ("100", "100"))

    def test_unknown_shared_and_unstocked_skus_are_absent(self):
        self.env["product.product"].create(
            [{"name": "Twin", "default_code": "T-MUG"}, {"name": "Service", "default_code": "T-S", "type": "service"}]
        )
        rows = self.stock("T-MUG", "T-S", "NOPE", "T-SHIRT", "")["stock"]
        self.assertEqual([row["sku"] for row in rows], ["T-SHIRT"])

    def test_many_skus_cost_few_queries(self):
        self.env["product.product"].create(
            [{"name": f"P{n}", "default_code": f"P{n}", "is_storable": True} for n in range(300)]
        )
        skus = [f"P{n}" for n in range(300)]
        self.stock(*skus)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(len(self.stock(*skus)["stock"]), 300)
        self.assertLess(self.env.cr.sql_log_count - before, 25)

    def test_held_are_orders_that_odoo_holds(self):
        self.reserved(ref="reserved")
        self.applied(ref="to come")
        self.applied(ref="draft", follow=[])
        self.applied(ref="cancelled").action_cancel()
        self.link("cancelled").reservation_pending = False
        self.env["sale.order"].browse(self.link("draft").res_id)
        held = self.stock(pending=["reserved", "to come", "draft", "cancelled", "nowhere"])["held"]
        self.assertEqual(sorted(held), ["cancelled", "reserved"])

    def test_order_that_was_tried_in_vain_is_held(self):
        self.set_stock(self.shirt, 0)
        self.reserved(ref="o1")
        self.assertEqual(self.stock(pending=["o1"])["held"], ["o1"])

    def test_order_that_waits_for_a_hand_to_reserve_it_is_not_held(self):
        self.warehouse.out_type_id.reservation_method = "manual"
        order = self.reserved(ref="o1")
        self.assertEqual(self.stock(pending=["o1"])["held"], [])
        order.picking_ids.action_assign()
        self.assertEqual(self.stock(pending=["o1"])["held"], ["o1"])

    def test_delivered_order_is_held(self):
        self.deliver(self.reserved(ref="o1"))
        self.assertEqual(self.stock(pending=["o1"])["held"], ["o1"])

    def test_orders(self):
        order = self.applied(ref="o1")
        state = self.bridge.read_state("main", "order", ["o1", "nowhere"])
        self.assertRegex(state["as_of"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual([row["id"] for row in state["orders"]], order.ids)
        self.assertEqual(state["orders"][0]["delivery_status"], "pending")
        self.assertEqual(self.bridge.read_state("other", "order", ["o1"])["orders"], [])

    def test_case_33_partial_delivery_and_backorder(self):
        order = self.reserved(ref="o1", lines=[self.line("L1", quantity="3"), self.line("L2", "T-MUG")])
        first = self.deliver(order, {"L1": 1})
        second = order.picking_ids - first
        states = self.bridge.read_state("main", "picking", [str(first.id), str(second.id), "0", "x"])["pickings"]
        self.assertEqual([state["id"] for state in states], [first.id, second.id])
        self.assertEqual(states[0]["order"], {"id": order.id, "ref": "o1"})
        self.assertEqual(states[0]["warehouse"], self.warehouse.code)
        self.assertEqual(states[0]["lines"], [{"line_ref": "L1", "sku": "T-SHIRT", "quantity": "1"}])
        self.assertTrue(re.match(r"\d{4}-.*\.\d{3}Z$", states[0]["done_at"]))
        self.assertEqual({line["line_ref"]: line["quantity"] for line in states[1]["lines"]}, {"L1": "2", "L2": "2"})
        [state] = self.bridge.read_state("main", "order", ["o1"])["orders"]
        self.assertEqual(state["delivery_status"], "partial")
        self.assertEqual([picking["state"] for picking in state["pickings"]], ["done", "assigned"])

    def test_case_34_tracking(self):
        picking = self.deliver(self.reserved(ref="o1"))
        picking.carrier_tracking_ref = "TRACK1"
        [state] = self.bridge.read_state("main", "picking", [str(picking.id)])["pickings"]
        self.assertEqual(state["tracking"], "TRACK1")

    def test_delivery_in_another_unit_is_told_in_the_unit_sold(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.reserved(ref="o1", lines=[self.line(quantity="2", product_uom_id=dozen.id)])
        picking = self.deliver(order)
        [state] = self.bridge.read_state("main", "picking", [str(picking.id)])["pickings"]
        self.assertEqual(state["lines"][0]["quantity"], "2")

    def test_incoming_pickings_and_those_of_others_are_absent(self):
        order = self.env["sale.order"].create(
            {"partner_id": self.service.partner_id.id, "order_line": [(0, 0, {"product_id": self.shirt.id})]}
        )
        order.action_confirm()
        self.assertEqual(self.bridge.read_state("main", "picking", [str(order.picking_ids.id)])["pickings"], [])

    def test_arguments_are_checked(self):
        for arguments in (("main", "nothing", []), ("", "order", []), ("main", "order", "o1"), ("main", "order", [1])):
            with self.assertRaises(UserError):
                self.bridge.read_state(*arguments)

    def test_describe(self):
        models = self.bridge.describe(["sale.order", "no.such", "ir.config_parameter"])["models"]
        self.assertEqual(list(models), ["sale.order"])
        self.assertEqual(models["sale.order"]["partner_id"]["relation"], "res.partner")
        self.assertIn(["sale", "Sales Order"], [list(pair) for pair in models["sale.order"]["state"]["selection"]])
        self.assertNotIn(None, [value for field in models["sale.order"].values() for value in field.values()])

    def test_describe_tells_which_required_fields_a_new_record_has_by_itself(self):
        models = self.bridge.describe(["sale.order", "product.product"])["models"]
        order, product = models["sale.order"], models["product.product"]
        self.assertTrue(order["date_order"]["required"] and order["date_order"]["filled"])
        self.assertTrue(order["partner_id"]["required"])
        self.assertNotIn("filled", order["partner_id"])
        self.assertTrue(product["product_tmpl_id"]["filled"])
        self.assertNotIn("filled", order["note"])
