from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestOrderUpdate(BridgeCase):
    def newer(self, ref, **changes):
        [result] = self.apply(self.order(ref, **({"version": "2026-02-01T00:00:00.000Z", "hash": "h2"} | changes)))
        return result

    def test_draft_lines_follow_the_storefront(self):
        order = self.applied(ref="o1", lines=[self.line("L1"), self.line("L2", "T-MUG")], follow=[])
        kept, dropped = order.order_line
        by_hand = self.env["sale.order.line"].create({"order_id": order.id, "product_id": self.mug.id})
        result = self.newer(
            "o1", lines=[self.line("L1", quantity="3"), self.line("L3", "T-MUG", price="4.00")], follow=[]
        )
        self.assertEqual(result["status"], "updated")
        self.assertFalse(dropped.exists())
        self.assertEqual((kept.product_uom_qty, kept.price_unit), (3, 10))
        self.assertEqual(order.order_line.mapped("clarity_ref"), ["L1", False, "L3"])
        self.assertTrue(by_hand.exists(), "a line that somebody added in Odoo stays")

    def test_unchanged_content_writes_nothing(self):
        order = self.applied(ref="o1", values={"origin": "web", "note": "hello"})
        before = order.message_ids
        result = self.newer("o1", values={"origin": "web", "note": "hello"})
        self.assertEqual(result["status"], "updated")
        self.assertEqual(order.message_ids, before)
        self.assertEqual(self.link("o1").hash, "h2")

    def test_case_36_harmless_field_of_a_confirmed_order_is_written(self):
        order = self.applied(ref="o1")
        result = self.newer("o1", values={"client_order_ref": "PO 7"})
        self.assertEqual(result["status"], "updated")
        self.assertEqual(order.client_order_ref, "PO 7")

    def test_case_36_quantities_of_a_confirmed_order_go_up_and_down(self):
        order = self.applied(ref="o1", lines=[self.line("L1", discount="10"), self.line("L2", "T-MUG")])
        self.reserve(order)
        shirt, mug = order.order_line
        lines = [self.line("L1", quantity="5", discount="10"), self.line("L2", "T-MUG", quantity="1")]
        result = self.newer("o1", lines=lines)
        self.assertEqual(result["status"], "updated", result)
        self.reserve(order)
        self.assertEqual((shirt.product_uom_qty, shirt.discount, shirt.price_unit), (5, 10, 10))
        demand = {move.sale_line_id: move.product_uom_qty for move in order.picking_ids.move_ids}
        self.assertEqual(demand, {shirt: 5, mug: 1})
        self.assertEqual(set(order.picking_ids.move_ids.mapped("state")), {"assigned"})
        self.assertEqual(self.link("o1").hash, "h2")

    def test_case_36_line_is_added_and_another_one_is_no_longer_ordered(self):
        order = self.applied(ref="o1", lines=[self.line("L1"), self.line("L2", "T-MUG")])
        lines = [self.line("L1"), self.line("L3", "T-MUG", quantity="4", price="3.00")]
        result = self.newer("o1", lines=lines, expect={"amount_total": "32.00"})
        self.assertEqual(result["status"], "updated", result)
        ordered = {line.clarity_ref: line.product_uom_qty for line in order.order_line}
        self.assertEqual(ordered, {"L1": 2, "L2": 0, "L3": 4})
        moves = order.picking_ids.move_ids.filtered(lambda move: move.state != "cancel" and move.product_uom_qty)
        self.assertEqual({m.sale_line_id.clarity_ref: m.product_uom_qty for m in moves}, {"L1": 2, "L3": 4})
        again = self.newer("o1", lines=lines, hash="h3", version="2026-02-02T00:00:00.000Z")
        self.assertEqual(again["status"], "updated")
        self.assertEqual(len(order.order_line), 3)

    def test_case_36_an_order_of_yesterday_gives_back_what_is_no_longer_ordered(self):
        placed = "2026-01-01 10:00:00"
        values = {"date_order": placed}
        order = self.applied(ref="o1", values=values, lines=[self.line("L1"), self.line("L2", "T-MUG")])
        self.assertEqual(str(order.date_order), placed)
        self.assertEqual(set(order.picking_ids.move_ids.mapped("date_deadline")), {order.date_order})
        result = self.newer("o1", values=values, lines=[self.line("L1", quantity="1")])
        self.assertEqual(result["status"], "updated", result)
        self.assertEqual(order.picking_ids.mapped("picking_type_code"), ["outgoing"])
        self.assertEqual(
            {m.sale_line_id.clarity_ref: m.product_uom_qty for m in order.picking_ids.move_ids}, {"L1": 1, "L2": 0}
        )

    def test_case_36_another_product_on_a_line_takes_its_place(self):
        order = self.applied(ref="o1")
        result = self.newer("o1", lines=[self.line("L1", "T-MUG")])
        self.assertEqual(result["status"], "updated", result)
        ordered = {line.product_id: line.product_uom_qty for line in order.order_line}
        self.assertEqual(ordered, {self.shirt: 0, self.mug: 2})
        self.assertEqual(order.order_line.filtered("product_uom_qty").clarity_ref, "L1")

    def test_case_36_address_of_open_deliveries_follows(self):
        order = self.applied(ref="o1")
        address = self.customer("a1", match={"email": "a1@example.com"})
        result = self.newer(
            "o1", ensure=[self.customer(), address], values={"partner_shipping_id": {"$ref": "customer:a1"}}
        )
        self.assertEqual(result["status"], "updated", result)
        self.assertEqual(order.partner_shipping_id.email, "a1@example.com")
        self.assertEqual(order.picking_ids.partner_id, order.partner_shipping_id)

    def test_case_36_what_was_delivered_is_for_a_person_with_what_differs(self):
        order = self.applied(ref="o1", lines=[self.line("L1"), self.line("L2", "T-MUG")])
        self.deliver(order, {"L1": 2})
        lines = [self.line("L1", quantity="1"), self.line("L2", "T-MUG", quantity="5")]
        result = self.newer("o1", lines=lines, values={"client_order_ref": "PO 7"})
        self.assertProblem(result, "review", "already_delivered")
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [2, 2], "nothing of it is written")
        self.assertEqual(self.link("o1").hash, "h1", "it is asked again until somebody has decided")
        rows = {(row.get("line"), row["odoo"], row["storefront"]) for row in result["differences"]}
        self.assertEqual(rows, {("L1", "2", "1"), ("L2", "2", "5"), (None, "o1", "PO 7")})

    def test_case_36_more_of_a_delivered_line_is_delivered_as_well(self):
        order = self.applied(ref="o1")
        self.deliver(order)
        result = self.newer("o1", lines=[self.line("L1", quantity="3")])
        self.assertEqual(result["status"], "updated", result)
        waiting = order.picking_ids.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        self.assertEqual(waiting.product_uom_qty, 1)

    def test_case_36_what_was_invoiced_is_for_a_person(self):
        order = self.applied(ref="o1", lines=[self.line("L1"), self.line("L2", "T-MUG")])
        self.deliver(order)
        invoice = order._create_invoices()
        invoice.action_post()
        for lines in ([self.line("L1", price="9.00"), self.line("L2", "T-MUG")], [self.line("L1")]):
            result = self.newer("o1", lines=lines)
            self.assertEqual(result["status"], "review", result)
            self.assertIn(result["problems"][0]["code"], ("already_invoiced", "already_delivered"))
        self.assertEqual(order.order_line.mapped("price_unit"), [10, 10])

    def test_case_36_locked_order_is_for_a_person(self):
        order = self.applied(ref="o1")
        order.action_lock()
        self.assertProblem(self.newer("o1", lines=[self.line(quantity="9")]), "review", "not_editable")
        self.assertEqual(self.newer("o1", values={"note": "please ring"})["status"], "updated")

    def test_case_36_another_customer_is_another_order(self):
        self.applied(ref="o1")
        other = self.customer("c2")
        result = self.newer("o1", ensure=[other], values={"partner_id": {"$ref": "customer:c2"}})
        self.assertProblem(result, "review", "not_editable")

    def test_case_36_shipping_method_follows_to_the_open_delivery(self):
        product = self.env.ref("clarity_bridge.product_shipping")
        slow, fast = self.env["delivery.carrier"].create(
            [{"name": name, "product_id": product.id} for name in ("Slow", "Fast")]
        )
        order = self.applied(ref="o1", values={"carrier_id": slow.id})
        result = self.newer("o1", values={"carrier_id": fast.id})
        self.assertEqual(result["status"], "updated", result)
        self.assertEqual(order.picking_ids.carrier_id, fast)

    def test_order_cancelled_in_odoo_only_is_for_a_person(self):
        self.applied(ref="o1").action_cancel()
        self.assertProblem(self.newer("o1"), "review", "not_editable")

    def test_totals_are_checked_on_update_too(self):
        self.applied(ref="o1", follow=[])
        result = self.newer("o1", lines=[self.line(quantity="3")], expect={"amount_total": "20.00"})
        self.assertProblem(result, "review", "totals_differ")
        self.assertEqual(self.link("o1").hash, "h1")

    def test_cancel(self):
        order = self.applied(ref="o1")
        result = self.newer("o1", follow=["cancel"])
        self.assertEqual((result["status"], result["order"]["state"]), ("updated", "cancel"))
        self.assertEqual(order.picking_ids.state, "cancel")
        again = self.newer("o1", follow=["cancel"])
        self.assertEqual(again["status"], "unchanged")

    def test_cancel_of_an_order_locked_by_the_setting(self):
        self.env["res.config.settings"].create({"group_auto_done_setting": True}).execute()
        order = self.applied(ref="o1")
        self.assertTrue(order.locked)
        self.assertEqual(self.newer("o1", follow=["cancel"])["status"], "updated")
        self.assertEqual(order.state, "cancel")

    def test_cancel_of_an_order_locked_by_hand_is_for_a_person(self):
        order = self.applied(ref="o1")
        order.action_lock()
        self.assertProblem(self.newer("o1", follow=["cancel"]), "review", "not_editable")
        self.assertEqual(order.state, "sale")

    def test_case_35_cancel_after_delivery_is_for_a_person(self):
        order = self.applied(ref="o1")
        self.deliver(order, {"L1": 1})
        self.assertProblem(self.newer("o1", follow=["cancel"]), "review", "already_delivered")
        self.assertEqual(order.state, "sale")

    def test_case_35_cancel_after_an_invoice_is_for_a_person(self):
        self.shirt.invoice_policy = "order"
        order = self.applied(ref="o1")
        order._create_invoices().action_post()
        self.assertProblem(self.newer("o1", follow=["cancel"]), "review", "already_invoiced")
        self.assertEqual(order.state, "sale")

    def test_order_that_is_cancelled_before_it_came(self):
        [result] = self.apply(self.order("o1", follow=["cancel"]))
        self.assertEqual((result["status"], result["order"]["state"]), ("created", "cancel"))

    def test_another_model_takes_only_what_differs(self):
        partner = {"id": "p", "hash": "h", **self.customer()}
        del partner["match"]
        self.apply(partner)
        [result] = self.apply(partner | {"hash": "h2", "values": {"name": "Ann", "city": "Rome"}})
        self.assertEqual(result["status"], "updated")
        self.assertEqual(self.env["res.partner"].browse(result["res_id"]).city, "Rome")

    def test_post(self):
        journal = self.env["account.journal"].search([("type", "=", "sale")], limit=1)
        move = {
            "id": "m",
            "kind": "invoice",
            "ref": "i1",
            "version": "2026-01-01T00:00:00Z",
            "hash": "h",
            "model": "account.move",
            "ensure": [self.customer()],
            "values": {
                "move_type": "out_invoice",
                "journal_id": journal.id,
                "partner_id": {"$ref": "customer:c1"},
                "invoice_date": "2026-01-01",
                "invoice_line_ids": {
                    "$lines": {
                        "key": "name",
                        "items": [{"name": "Shirt", "quantity": "1", "price_unit": "10.00", "tax_ids": {"$set": []}}],
                    }
                },
            },
            "follow": ["post"],
        }
        with mute_logger("odoo.addons.base.models.ir_model"):
            self.assertEqual(self.apply(move)[0]["status"], "denied")
        self.service.group_ids = [Command.link(self.env.ref("clarity_bridge.group_service_accounting").id)]
        [result] = self.apply(move)
        self.assertEqual(result["status"], "created", result)
        self.assertEqual(self.env["account.move"].browse(result["res_id"]).state, "posted")
        self.assertEqual(self.apply(move)[0]["status"], "unchanged")
