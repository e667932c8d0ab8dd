from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.clarity_link import reserve
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

    def test_after_commit_is_asked_for_exactly_what_was_deferred(self):
        self.env.cr.postcommit.clear()
        self.apply(self.order("o1"), self.order("o2", follow=[]))
        asked = [call.args for call in self.env.cr.postcommit._funcs if call.func is reserve]
        self.assertEqual(asked, [(self.registry, [self.link("o1").res_id])])

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
