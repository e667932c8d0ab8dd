import json

from odoo.tests import tagged

from .common import BridgeCase


class EventCase(BridgeCase):
    def setUp(self):
        super().setUp()
        self.env.cr.precommit.clear()
        self.env["clarity.event"].search([]).unlink()

    def emitted(self, merge=True):
        """Waiting events by key, as the end of the transaction and the sender leave them."""
        self.env.cr.flush()
        if merge:
            self.env["clarity.event"]._merge()
        return {event.key: event for event in self.env["clarity.event"].search([("state", "!=", "sent")])}

    def clear(self):
        self.emitted()
        self.env["clarity.event"].search([]).unlink()


@tagged("post_install", "-at_install")
class TestEvents(EventCase):
    def test_order_that_was_applied_is_told_once(self):
        order = self.applied(ref="o1", traceparent="00-abc-def-01")
        events = self.emitted()
        self.assertEqual(list(events), [f"sale_order.changed:{order.id}"])
        body = json.loads(events[f"sale_order.changed:{order.id}"].payload)
        self.assertEqual(body["type"], "sale_order.changed")
        self.assertRegex(body["timestamp"], r"\.\d{3}Z$")
        self.assertEqual(body["data"], {"order": {"id": order.id, "ref": "o1"}, "traceparent": "00-abc-def-01"})

    def test_case_07_nothing_to_do_tells_nothing(self):
        self.applied(ref="o1")
        self.clear()
        self.apply(self.order("o1"))
        self.assertFalse(self.emitted())

    def test_status_of_an_order_that_did_not_come_from_the_storefront_is_not_told(self):
        order = self.env["sale.order"].create({"partner_id": self.service.partner_id.id})
        order.action_cancel()
        self.assertFalse(self.emitted())

    def test_validated_delivery(self):
        order = self.applied(ref="o1")
        self.clear()
        picking = self.deliver(order)
        events = self.emitted()
        self.assertEqual(
            set(events),
            {f"picking.done:{picking.id}", f"sale_order.changed:{order.id}", f"stock.changed:{self.shirt.id}"},
        )
        body = json.loads(events[f"picking.done:{picking.id}"].payload)
        self.assertEqual(
            body["data"], {"picking_id": picking.id, "order": {"id": order.id, "ref": "o1"}, "traceparent": None}
        )

    def test_delivery_of_someone_elses_order_is_not_told(self):
        order = self.env["sale.order"].create(
            {"partner_id": self.service.partner_id.id, "order_line": [(0, 0, {"product_id": self.shirt.id})]}
        )
        order.action_confirm()
        self.deliver(order)
        self.assertEqual(set(self.emitted()), {f"stock.changed:{self.shirt.id}"})

    def test_case_34_tracking_number_that_comes_later(self):
        order = self.applied(ref="o1")
        order.picking_ids.carrier_tracking_ref = "EARLY"
        self.clear()
        picking = self.deliver(order)
        self.clear()
        picking.carrier_tracking_ref = "EARLY"
        self.assertFalse(self.emitted(), "the same number is no change")
        picking.carrier_tracking_ref = "LATE"
        self.assertEqual(list(self.emitted()), [f"picking.tracking:{picking.id}"])

    def test_tracking_before_the_delivery_is_told_with_it(self):
        order = self.applied(ref="o1")
        self.clear()
        order.picking_ids.carrier_tracking_ref = "EARLY"
        self.assertFalse(self.emitted())
        order.picking_ids.carrier_tracking_ref = "X"
        picking = self.deliver(order)
        self.assertNotIn(f"picking.tracking:{picking.id}", self.emitted())

    def test_invoicing_changes_the_order(self):
        order = self.applied(ref="o1")
        self.clear()
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(set(self.emitted()), {f"sale_order.changed:{order.id}", f"invoice.changed:{invoice.id}"})

    def test_note_on_an_order_is_no_status(self):
        order = self.applied(ref="o1")
        self.clear()
        order.note = "hello"
        self.assertFalse(self.emitted())

    def test_case_19_burst_on_one_product_is_one_event(self):
        for quantity in range(20):
            self.set_stock(self.mug, quantity)
            self.env.cr.flush()
        events = self.env["clarity.event"].search([("key", "=", f"stock.changed:{self.mug.id}")])
        self.assertEqual(len(events), 20, "each flush adds a row, no row is ever updated by a user's transaction")
        [merged] = self.emitted().values()
        self.assertEqual(merged.subject, "T-MUG")
        self.assertEqual(json.loads(merged.payload)["data"], {"product_id": self.mug.id, "sku": "T-MUG"})
        self.assertNotIn(merged.uid, events.exists().mapped("uid")[1:])

    def test_several_changes_before_the_commit_are_one_row(self):
        for quantity in range(20):
            self.set_stock(self.mug, quantity)
        self.assertEqual(len(self.emitted(merge=False)), 1)

    def test_product_without_a_code_is_not_told(self):
        product = self.env["product.product"].create({"name": "No code", "is_storable": True})
        self.set_stock(product, 5)
        self.assertFalse(self.emitted())

    def test_stock_at_a_customer_is_not_told(self):
        customers = self.env.ref("stock.stock_location_customers")
        self.env["stock.quant"]._update_available_quantity(self.mug, customers, 5)
        self.assertFalse(self.emitted())

    def test_reservation_is_told(self):
        order = self.applied(ref="o1")
        self.clear()
        order.picking_ids.action_assign()
        self.assertIn(f"stock.changed:{self.shirt.id}", self.emitted())

    def test_each_kind_can_be_switched_off(self):
        order = self.applied(ref="o1")
        self.clear()
        for switch in self.bridge.ping()["entities"]:
            self.env["ir.config_parameter"].set_param(f"clarity_bridge.emit_{switch}", "0")
        self.assertFalse(any(self.bridge.ping()["entities"].values()))
        picking = self.deliver(order)
        picking.carrier_tracking_ref = "T"
        self.assertFalse(self.emitted())

    def test_rolled_back_change_is_not_told(self):
        self.apply(self.order("o1", expect={"amount_total": "1.00"}))
        self.assertFalse(self.emitted())

    def test_single_change_keeps_its_webhook_id(self):
        self.set_stock(self.mug, 1)
        [new] = self.emitted(merge=False).values()
        uid = new.uid
        [pending] = self.emitted().values()
        self.assertEqual((pending.uid, pending.state), (uid, "pending"))

    def test_change_of_a_waiting_event_gets_a_new_webhook_id(self):
        self.set_stock(self.mug, 1)
        [waiting] = self.emitted().values()
        waiting.write({"attempts": 2, "last_status": 500})
        uid, since = waiting.uid, waiting.create_date
        self.set_stock(self.mug, 2)
        [merged] = self.emitted().values()
        self.assertEqual(merged, waiting)
        self.assertNotEqual(merged.uid, uid)
        self.assertEqual((merged.attempts, merged.create_date), (2, since))

    def test_event_that_was_given_up_is_revived_by_a_change(self):
        self.set_stock(self.mug, 1)
        [event] = self.emitted().values()
        event.write({"attempts": 10, "state": "failed", "next_at": False})
        self.set_stock(self.mug, 2)
        [revived] = self.emitted().values()
        self.assertEqual((revived.state, revived.attempts), ("pending", 0))

    def test_pull_and_ack(self):
        order = self.applied(ref="o1")
        [event] = self.emitted(merge=False).values()
        pulled = self.bridge.pull()["events"]
        self.assertEqual(pulled, [{"webhook_id": event.uid, "body": json.loads(event.payload)}])
        self.assertEqual(pulled[0]["body"]["data"]["order"]["id"], order.id)
        self.assertEqual(self.bridge.ack([event.uid, "evt_unknown"])["acknowledged"], 1)
        self.assertEqual(self.bridge.ack([event.uid])["acknowledged"], 0)
        self.assertEqual(self.bridge.pull()["events"], [])
        self.assertEqual(event.state, "sent")

    def test_change_between_pull_and_ack_is_not_lost(self):
        self.set_stock(self.mug, 1)
        self.emitted()
        [pulled] = self.bridge.pull()["events"]
        self.set_stock(self.mug, 2)
        self.emitted()
        self.assertEqual(self.bridge.ack([pulled["webhook_id"]])["acknowledged"], 0)
        [again] = self.bridge.pull()["events"]
        self.assertNotEqual(again["webhook_id"], pulled["webhook_id"])

    def test_change_after_an_ack_is_a_new_event(self):
        self.set_stock(self.mug, 1)
        self.emitted()
        self.bridge.ack([event["webhook_id"] for event in self.bridge.pull()["events"]])
        self.set_stock(self.mug, 2)
        self.assertEqual(len(self.emitted()), 1)

    def test_pull_is_oldest_first_and_limited(self):
        self.set_stock(self.mug, 1)
        self.env.cr.flush()
        self.set_stock(self.shirt, 1)
        self.env.cr.flush()
        [event] = self.bridge.pull(limit=1)["events"]
        self.assertEqual(event["body"]["data"]["product_id"], self.mug.id)

    def test_ping_counts_what_waits(self):
        self.set_stock(self.mug, 1)
        self.emitted()
        outbox = self.bridge.ping()["outbox"]
        self.assertEqual((outbox["pending"], outbox["sending"]), (1, False))
        self.assertRegex(outbox["oldest_at"], r"Z$")

    def test_old_events_are_removed(self):
        self.set_stock(self.mug, 1)
        [event] = self.emitted().values()
        self.bridge.ack([event.uid])
        self.env["clarity.event"]._gc_events()
        self.assertTrue(event.exists())
        event.sent_at = "2020-01-01 00:00:00"
        self.env["clarity.event"]._gc_events()
        self.assertFalse(event.exists())
