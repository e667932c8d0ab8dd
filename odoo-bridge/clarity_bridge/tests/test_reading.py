from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import BridgeCase

_BEGIN = "2020-01-01T00:00:00Z"


@tagged("post_install", "-at_install")
class TestReading(BridgeCase):
    def changes(self, kind="order", since=_BEGIN, store="main", limit=1000):
        """All pages of it."""
        changes, after = [], 0
        while True:
            page = self.bridge.changes(store, kind, since, after=after, limit=limit)
            changes += page["changes"]
            if not page["next"]:
                return changes
            since, after = page["next"]["since"], page["next"]["after"]

    def written(self, records, moment):
        """As another transaction would have written them."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {records._table} SET write_date = %s WHERE id = ANY(%s)",  # noqa: S608 - a table of Odoo's
            [moment, records.ids],
        )

    def test_case_10_no_record_of_one_instant_is_skipped(self):
        orders = self.env["sale.order"].browse()
        for _number in range(7):
            orders |= self.applied()
        self.written(orders, datetime(2026, 1, 31, 12, 0, 0, 123456))
        changes = self.changes(limit=2)
        self.assertEqual([change["id"] for change in changes], sorted(orders.ids))
        self.assertEqual({change["version"] for change in changes}, {"2026-01-31T12:00:00.123456Z"})

    def test_order_is_by_the_exact_instant_then_by_id(self):
        first, second, third = self.applied(), self.applied(), self.applied()
        moment = datetime(2026, 1, 31, 12, 0, 0, 100000)
        self.written(third, moment)
        self.written(first, moment + timedelta(microseconds=1))
        self.written(second, moment + timedelta(microseconds=2))
        self.assertEqual([change["id"] for change in self.changes(limit=1)], [third.id, first.id, second.id])
        since = "2026-01-31T12:00:00.100001Z"
        self.assertEqual([change["id"] for change in self.changes(since=since)], [first.id, second.id])

    def test_a_change_is_the_event_that_a_webhook_would_carry(self):
        order = self.applied(ref="o1")
        [change] = self.changes()
        self.assertEqual(change["body"]["type"], "sale_order.changed")
        self.assertEqual(change["body"]["data"]["order"], {"id": order.id, "ref": "o1"})
        self.assertRegex(change["body"]["timestamp"], r"\.\d{3}Z$")

    def test_orders_of_another_storefront_and_of_nobody_are_absent(self):
        self.env["sale.order"].create({"partner_id": self.service.partner_id.id})
        self.apply(self.order(), store="other")
        self.assertEqual(self.changes(), [])

    def test_deliveries_are_told_when_they_are_done(self):
        order = self.applied(ref="o1")
        self.reserve(order)
        self.assertEqual(self.changes("picking"), [])
        picking = self.deliver(order)
        [change] = self.changes("picking")
        self.assertEqual(change["body"]["data"]["picking_id"], picking.id)

    def test_stock_is_told_once_per_product(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id})
        self.env["stock.quant"]._update_available_quantity(self.mug, shelf, 5)
        self.env["stock.quant"]._update_available_quantity(self.mug, self.env.ref("stock.stock_location_customers"), 5)
        skus = [change["body"]["data"]["sku"] for change in self.changes("stock")]
        self.assertEqual(skus.count("T-MUG"), 1)
        self.assertIn("T-SHIRT", skus)

    def test_pages_hold_everything_once(self):
        orders = [self.applied(ref=f"p{number}") for number in range(5)]
        found, after = [], 0
        while after is not None:
            page = self.bridge.read_page("main", "order", after=after, limit=2)
            found += [row["ref"] for row in page["orders"]]
            after = page["next"]
        self.assertEqual(found, [f"p{number}" for number in range(5)])
        self.reserve(*orders[:2])
        done = [self.deliver(order).id for order in orders[:2]]
        self.assertEqual([row["id"] for row in self.bridge.read_page("main", "picking")["pickings"]], done)
        stock = self.bridge.read_page("main", "stock", limit=1000)
        self.assertIn("T-MUG", [row["sku"] for row in stock["stock"]])
        self.assertIsNone(stock["next"])

    def test_stock_pages_say_which_orders_are_held(self):
        self.reserve(self.applied(ref="o1"))
        self.applied(ref="o2")
        page = self.bridge.read_page("main", "stock", limit=1, pending_orders=["o1", "o2", "nowhere"])
        self.assertEqual(page["held"], ["o1"])

    def test_keys_of_products_leave_the_own_ones_out_and_name_what_is_not_for_sale(self):
        self.mug.barcode = "4001"
        self.shirt.sale_ok = False
        page = self.bridge.read_keys("main", "product", limit=1000)
        rows = {row["id"]: row for row in page["records"]}
        self.assertIsNone(page["next"])
        self.assertEqual(
            rows[self.mug.id],
            {
                "id": self.mug.id,
                "name": "Mug",
                "active": True,
                "keys": {"sku": "T-MUG", "barcode": "4001"},
                "ref": None,
            },
        )
        self.assertFalse(rows[self.shirt.id]["active"])
        self.assertNotIn(self.env.ref("clarity_bridge.product_gift_card").id, rows)

    def test_keys_of_partners_are_those_of_customers(self):
        self.apply(self.order())
        customer = self.env["res.partner"].browse(self.link("c1", "customer").res_id)
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": customer.id})
        vendor = self.env["res.partner"].create({"name": "Vendor", "email": "vendor@example.com"})
        rows = {row["id"]: row for row in self.bridge.read_keys("main", "partner", limit=1000)["records"]}
        self.assertEqual(rows[customer.id]["ref"], "c1")
        self.assertEqual(rows[customer.id]["keys"], {"email": "c1@example.com", "name": "Ann"})
        self.assertEqual([rows[one.id]["buyer"] for one in customer | vendor], [True, False])
        # Who is nobody in the storefront yet is read by the key that he would get.
        refs = ["c1", f"partner-{vendor.id}", "partner-0", "partner-x"]
        states = self.bridge.read_state("main", "partner", refs)["partners"]
        self.assertEqual([(row["ref"], row["id"]) for row in states], [("c1", customer.id), (refs[1], vendor.id)])
        for other in contact | self.service.partner_id | self.env.company.partner_id:
            self.assertNotIn(other.id, rows)

    def test_keys_of_price_rules_are_those_of_active_lists(self):
        pricelist = self.env["product.pricelist"].create({"name": "Trade"})
        rule = self.env["product.pricelist.item"].create({"pricelist_id": pricelist.id, "fixed_price": 3})
        told = {row["id"]: row["name"] for row in self.bridge.read_keys("main", "price", limit=1000)["records"]}
        self.assertIn("Trade", told[rule.id])
        pricelist.active = False
        again = self.bridge.read_keys("main", "price", limit=1000)["records"]
        self.assertNotIn(rule.id, [row["id"] for row in again])

    def test_takings_are_those_of_the_journals_that_the_storefront_pays_into(self):
        self.service.group_ids += self.env.ref("clarity_bridge.group_service_accounting")
        bank = self.env["account.journal"].search([("type", "=", "bank")], limit=1)
        cash = self.env["account.journal"].create({"name": "Till", "code": "TILL", "type": "cash"})
        values = {"amount": 12.5, "date": "2026-01-31", "partner_id": self.service.partner_id.id}
        paid, by_hand, late, other, refund = self.env["account.payment"].create(
            [
                values | {"journal_id": bank.id, "payment_type": "inbound"},
                values | {"journal_id": bank.id, "payment_type": "inbound", "amount": 3},
                values | {"journal_id": bank.id, "payment_type": "inbound", "date": "2026-02-01"},
                values | {"journal_id": cash.id, "payment_type": "inbound"},
                values | {"journal_id": bank.id, "payment_type": "outbound", "amount": 5},
            ]
        )
        (paid | by_hand | late | other | refund).action_post()
        self.env["clarity.link"].create(
            {
                "store": "main",
                "kind": "payment",
                "clarity_ref": "o1/p1",
                "res_model": "account.payment",
                "res_id": paid.id,
            }
        )
        page = self.bridge.takings("main", "2026-01-01", "2026-01-31")
        self.assertEqual(
            [(row["id"], row["ref"], row["amount"], row["journal"]) for row in page["payments"]],
            [
                (paid.id, "o1/p1", "12.50", bank.code),
                (by_hand.id, None, "3.00", bank.code),
                (refund.id, None, "-5.00", bank.code),
            ],
        )
        self.assertIsNone(page["next"])
        with self.assertRaises(UserError):
            self.bridge.takings("main", "January", "2026-01-31")

    def test_master_data_is_told_only_where_it_is_switched_on(self):
        list_ = self.env["product.pricelist"].create({"name": "Wholesale"})
        item = self.env["product.pricelist.item"].create(
            {"pricelist_id": list_.id, "compute_price": "fixed", "fixed_price": 5}
        )
        order = self.applied(ref="o1")
        for kind, key in (("product", "product"), ("partner", "customer"), ("price", "price")):
            self.assertEqual(self.changes(kind), [], kind)
            self.env["ir.config_parameter"].set_param(f"clarity_bridge.emit_{key}", "1")
        self.assertIn(self.mug.id, [change["body"]["data"]["product_id"] for change in self.changes("product")])
        self.assertEqual(
            [change["body"]["data"]["customer"] for change in self.changes("partner")],
            [{"id": order.partner_id.id, "ref": "c1"}],
        )
        self.assertIn(item.id, [change["body"]["data"]["item_id"] for change in self.changes("price")])

    def test_takings_need_the_right_to_read_payments(self):
        with self.assertRaises(AccessError):
            self.bridge.takings("main", "2026-01-01", "2026-01-31")

    def test_arguments_are_checked(self):
        for arguments in (
            ("main", "nothing", _BEGIN),
            ("main", "order", "yesterday"),
            ("main", "order", "2026-01-31T12:00:00"),
            ("main", "order", _BEGIN, -1),
            ("main", "order", _BEGIN, 0, 1001),
        ):
            with self.assertRaises(UserError):
                self.bridge.changes(*arguments)
        with self.assertRaises(UserError):
            self.bridge.read_page("main", "nothing")
        with self.assertRaises(UserError):
            self.bridge.read_keys("main", "order")

    def test_only_the_service_user_reads(self):
        person = new_test_user(self.env, "person", "sales_team.group_sale_manager")
        with self.assertRaises(AccessError):
            self.bridge.with_user(person).changes("main", "order", _BEGIN)
