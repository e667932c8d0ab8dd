from unittest.mock import patch

import psycopg2.errors

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import clarity_link
from ..models.clarity_link import reserve
from ..tools import reserving, transactions
from ..tools.reservation import deferred_moves
from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestReservation(BridgeCase):
    def test_stock_is_reserved_in_a_second_transaction(self):
        order = self.applied(ref="o1")
        self.assertEqual(order.picking_ids.state, "confirmed")
        self.assertTrue(self.link("o1").reservation_pending)
        self.assertIsNone(deferred_moves(self.env.cr), "the mark does not outlive apply")
        self.reserve(order)
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertFalse(self.link("o1").reservation_pending)

    def test_sweep_reserves_what_a_crash_left(self):
        order = self.applied(ref="o1")
        with self.own_transactions():
            self.env["clarity.link"]._cron_reserve()
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertFalse(self.link("o1").reservation_pending)

    def test_the_bridge_asking_for_events_reserves_what_a_crash_left(self):
        order = self.applied(ref="o1")
        self.env.cr.postcommit.clear()
        with self.own_transactions():
            self.bridge.pull()
            self.env.cr.postcommit.run()
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertFalse(self.link("o1").reservation_pending)

    def test_order_of_a_user_who_is_gone_is_reserved_too(self):
        order = self.applied(ref="o1")
        self.env.flush_all()
        self.env.cr.execute("UPDATE clarity_link SET write_uid = NULL WHERE res_id = %s", [order.id])
        self.env.invalidate_all()
        self.reserve(order)
        self.assertEqual(order.picking_ids.state, "assigned")

    def test_who_confirmed_reserves_and_no_note_is_written(self):
        order = self.applied(ref="o1")
        notes = order.picking_ids.message_ids
        self.reserve(order)
        self.assertEqual(order.picking_ids.move_ids.move_line_ids.create_uid, self.service)
        self.assertEqual(order.picking_ids.message_ids, notes)

    def test_order_that_cannot_be_reserved_does_not_stop_the_others(self):
        plain = reserving.assign
        # Of a module's code, and of a constraint that a module put on a table.
        for fault in (ZeroDivisionError("boom"), psycopg2.errors.CheckViolation("boom")):
            with self.subTest(fault=type(fault).__name__):
                bad = self.applied(lines=[self.line(sku="T-MUG")])
                good = self.applied()

                def assign(moves, fault=fault):
                    if self.mug in moves.product_id:
                        raise fault
                    plain(moves)

                with (
                    patch.object(clarity_link, "assign", assign),
                    mute_logger("odoo.addons.clarity_bridge.models.clarity_link"),
                ):
                    self.reserve(bad, good)
                self.assertEqual((bad.picking_ids.state, good.picking_ids.state), ("confirmed", "assigned"))
                pending = self.env["clarity.link"].search([("reservation_pending", "=", True)])
                self.assertIn(bad.id, pending.mapped("res_id"))

    def test_reservation_that_loses_to_others_is_left_to_the_sweep_whole(self):
        orders = self.applied() | self.applied()
        asked = []

        def assign(moves):
            asked.append(moves)
            raise psycopg2.errors.DeadlockDetected("boom")

        with (
            patch.object(clarity_link, "assign", assign),
            patch.object(transactions, "_TRIES", 1),
            mute_logger("odoo.addons.clarity_bridge.models.clarity_link"),
        ):
            self.reserve(*orders)
        self.assertEqual(len(asked), 1, "each for itself would wait for the same others")
        self.assertEqual(set(orders.picking_ids.mapped("state")), {"confirmed"})

    def test_after_commit_is_asked_for_exactly_what_was_deferred(self):
        self.env.cr.postcommit.clear()
        self.apply(self.order("o1"), self.order("o2", follow=[]))
        asked = [call.args for call in self.env.cr.postcommit._funcs if call.func is reserve]
        self.assertEqual(asked, [(self.registry, [self.link("o1").res_id], True)])

    def test_switched_off_it_is_odoos_own_way(self):
        self.env["ir.config_parameter"].set_param("clarity_bridge.defer_reservation", "0")
        order = self.applied(ref="o1")
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertFalse(self.link("o1").reservation_pending)

    def test_orders_of_people_are_reserved_at_once(self):
        order = self.env["sale.order"].create(
            {"partner_id": self.service.partner_id.id, "order_line": [(0, 0, {"product_id": self.shirt.id})]}
        )
        order.action_confirm()
        self.assertEqual(order.picking_ids.state, "assigned")

    def test_caller_cannot_defer_by_context(self):
        bridge = self.bridge.with_context(defer_reservation=True, **{"clarity_bridge.deferred_moves": set()})
        self.env["ir.config_parameter"].set_param("clarity_bridge.defer_reservation", "0")
        [result] = bridge.apply("main", [self.order()])["results"]
        self.assertEqual(self.env["sale.order"].browse(result["res_id"]).picking_ids.state, "assigned")

    def test_reservation_by_hand_is_left_to_the_hand(self):
        self.warehouse.out_type_id.reservation_method = "manual"
        order = self.applied(ref="o1")
        self.reserve(order)
        self.assertEqual(order.picking_ids.state, "confirmed")
        self.assertFalse(self.link("o1").reservation_pending)

    def test_reservation_by_date_waits_for_its_date(self):
        self.warehouse.out_type_id.write({"reservation_method": "by_date", "reservation_days_before": 1})
        order = self.applied(ref="o1", values={"commitment_date": "2099-01-01 00:00:00"})
        soon = self.applied(ref="o2")
        self.reserve(order, soon)
        self.assertEqual(order.picking_ids.state, "confirmed")
        self.assertEqual(soon.picking_ids.state, "assigned")

    def test_scarce_stock_is_given_in_the_order_of_the_orders(self):
        self.set_stock(self.shirt, 3)
        first, second = self.applied(ref="o1"), self.applied(ref="o2")
        self.reserve(first, second)
        self.assertEqual(first.picking_ids.state, "assigned")
        self.assertEqual(second.picking_ids.move_ids.quantity, 1)

    def take_beside_a_lock(self, product, quantity):
        """What Odoo makes of a reservation and a delivery while somebody holds the row of the stock."""
        quants, stock = self.env["stock.quant"], self.warehouse.lot_stock_id
        with patch.object(self.env.registry["stock.quant"], "try_lock_for_update", lambda self, **_: self.browse()):
            quants._update_reserved_quantity(product, stock, quantity)
            quants._update_reserved_quantity(product, stock, -quantity)
            quants._update_available_quantity(product, stock, -quantity)
        self.assertEqual(len(quants._gather(product, stock)), 4)

    def rows_after(self, reserve):
        """What is in the tables of stock after an order of every kind of product was reserved, without ids."""
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id})
        owner = self.env["res.partner"].create({"name": "Owner"})
        stock = self.warehouse.lot_stock_id
        names = ["plain", "scarce", "none", "shelf", "both", "lots", "dozens", "owned", "twice", "beside", "short"]
        products = self.env["product.product"].create(
            [
                {
                    "name": name,
                    "default_code": name,
                    "is_storable": True,
                    "tracking": "lot" if name == "lots" else "none",
                }
                for name in names
            ]
        )
        plain, scarce, _none, shelved, both, lots, dozens, owned, twice, beside, short = products
        lot = self.env["stock.lot"].create({"name": "LOT", "product_id": lots.id})
        put = self.env["stock.quant"]._update_available_quantity
        for product, location, quantity, more in (
            (plain, stock, 10, {}),
            (scarce, stock, 3, {}),
            (shelved, shelf, 10, {}),
            (both, stock, 1, {}),
            (both, shelf, 1, {}),
            (lots, stock, 10, {"lot_id": lot}),
            (dozens, stock, 30, {}),
            (owned, stock, 10, {"owner_id": owner}),
            (twice, stock, 10, {}),
            (beside, stock, 10, {}),
            (short, stock, 5, {}),
        ):
            put(product, location, quantity, **more)
        self.take_beside_a_lock(beside, 3)
        self.take_beside_a_lock(short, 2)
        lines = [self.line(name, name) for name in names] + [self.line("again", "twice", quantity="1.5")]
        lines[6]["product_uom_id"] = self.env.ref("uom.product_uom_dozen").id
        orders = self.applied(ref="a", lines=lines) | self.applied(ref="b", lines=lines)
        self.env.flush_all()
        reserve(orders)
        self.env.invalidate_all()
        moves = orders.picking_ids.move_ids.sorted("id")
        quants = self.env["stock.quant"].search([("product_id", "in", products.ids)], order="product_id, id")
        return {
            "moves": [(m.product_id.name, m.state, m.quantity, m.product_uom_qty, m.picked) for m in moves],
            "lines": [
                (
                    line.product_id.name,
                    line.quantity,
                    line.quantity_product_uom,
                    line.product_uom_id.name,
                    line.location_id.complete_name,
                    line.location_dest_id.complete_name,
                    line.lot_id.name,
                    line.owner_id.name,
                    line.state,
                    line.picked,
                    line.company_id.name,
                )
                for line in moves.move_line_ids.sorted(lambda line: (line.move_id.id, line.location_id.id))
            ],
            "quants": [(q.product_id.name, q.location_id.name, q.quantity, q.reserved_quantity) for q in quants],
            "pickings": [(p.state, p.products_availability_state) for p in orders.picking_ids.sorted("id")],
        }

    def test_rows_are_those_that_odoo_writes(self):
        def plain(orders):
            orders.picking_ids.move_ids.sorted("id")._action_assign()

        rows = []
        for way in (plain, lambda orders: self.env["clarity.link"]._reserve_orders(orders.ids)):
            with self.cr.savepoint() as savepoint:
                rows.append(self.rows_after(way))
                savepoint.close(rollback=True)
            self.env.invalidate_all()
        self.maxDiff = None
        self.assertEqual(rows[1], rows[0])
        self.assertIn(("plain", "assigned", 2.0, 2.0, False), rows[1]["moves"])
        self.assertIn(("scarce", "partially_available", 1.0, 2.0, False), rows[1]["moves"])
        self.assertIn(("short", "partially_available", 1.0, 2.0, False), rows[1]["moves"])

    def test_plain_choice_is_made_in_few_queries(self):
        self.take_beside_a_lock(self.shirt, 3)
        orders = self.env["sale.order"].browse(r["res_id"] for r in self.apply(*[self.order() for _ in range(10)]))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["clarity.link"]._reserve_orders(orders.ids)
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 80)
        self.assertEqual(set(orders.picking_ids.mapped("state")), {"assigned"})

    def test_reordering_rule_is_still_triggered(self):
        orderpoints = self.env["stock.warehouse.orderpoint"]
        rule = orderpoints.create(
            {
                "product_id": self.mug.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "product_min_qty": 99,
                "product_max_qty": 99,
                "trigger": "auto",
            }
        )
        triggered = []
        with patch.object(
            self.env.registry["stock.warehouse.orderpoint"],
            "_procure_orderpoint_confirm",
            lambda records, *args, **kwargs: triggered.append(records),
        ):
            self.applied(lines=[self.line(), self.line("L2", "T-MUG", quantity="50")])
        self.assertEqual(orderpoints.concat(*triggered), rule)

    def test_analytic_rule_still_applies(self):
        plan = self.env["account.analytic.plan"].create({"name": "Plan"})
        account = self.env["account.analytic.account"].create({"name": "Web", "plan_id": plan.id})
        self.env["account.analytic.distribution.model"].create({"analytic_distribution": {account.id: 100}})
        self.assertEqual(self.applied().order_line.analytic_distribution, {str(account.id): 100})

    def test_two_step_delivery(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self.applied(ref="o1")
        self.reserve(order)
        pick = order.picking_ids.filtered(lambda picking: picking.picking_type_code == "internal")
        self.assertEqual(pick.state, "assigned")
        self.assertFalse(self.link("o1").reservation_pending)

    def test_failed_batch_leaves_no_mark(self):
        with mute_logger("odoo.sql_db"):
            self.apply(self.order(lines=[self.line(display_type="line_section")]))
        self.assertIsNone(deferred_moves(self.env.cr))
