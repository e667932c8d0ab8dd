from unittest.mock import patch

from odoo.tests import tagged

from ..tools.bulk import SETTING, memory, writes_together
from .rows import RowsCase


@tagged("post_install", "-at_install")
class TestWriteTogether(RowsCase):
    """Odoo's own result is the law: the same orders leave the same rows in every table, whichever way they go."""

    def test_plain_orders(self):
        told = self.assertSameRows(*self.two_orders())
        self.assertEqual(len(told["stock_picking"]), 3)

    def test_scarce_and_no_stock_and_several_locations(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id})
        for name, quantity, location in (
            ("scarce", 3, None),
            ("none", 0, None),
            ("shelved", 9, shelf),
            ("both", 1, None),
        ):
            self.put(self.product(name), quantity, location)
        self.put(self.env["product.product"].search([("name", "=", "both")]), 2, shelf)
        names = ("scarce", "none", "shelved", "both", "T-SHIRT", "scarce")
        self.assertSameRows(*self.two_orders(*[self.line(f"L{n}", name) for n, name in enumerate(names)]))

    def test_lots_packages_owners_and_units(self):
        lots, packed, owned, dozens = (self.product(name) for name in ("lots", "packed", "owned", "dozens"))
        lots.tracking = "lot"
        self.put(lots, 9, lot_id=self.env["stock.lot"].create({"name": "LOT", "product_id": lots.id}))
        self.put(packed, 9, package_id=self.env["stock.package"].create({"name": "BOX"}))
        self.put(owned, 9, owner_id=self.env["res.partner"].create({"name": "Owner"}))
        self.put(dozens, 60)
        lines = [self.line(name, name) for name in ("lots", "packed", "owned", "dozens")]
        lines[3]["product_uom_id"] = self.env.ref("uom.product_uom_dozen").id
        self.assertSameRows(*self.two_orders(*lines))

    def test_delivery_in_several_steps(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        told = self.assertSameRows(*self.two_orders())
        self.assertGreaterEqual(len(told["stock_picking"]), 3)

    def test_reordering_rules(self):
        vendor = self.env["res.partner"].create({"name": "Vendor"})
        self.shirt.seller_ids = [(0, 0, {"partner_id": vendor.id, "price": 4})]
        if "buy" in self.env["stock.rule"]._fields["action"].get_values(self.env):
            self.shirt.route_ids = self.env.ref("purchase_stock.route_warehouse0_buy")
        self.env["stock.warehouse.orderpoint"].create(
            [
                {
                    "product_id": product.id,
                    "location_id": self.warehouse.lot_stock_id.id,
                    "product_min_qty": least,
                    "product_max_qty": least,
                    "trigger": trigger,
                }
                for product, least, trigger in ((self.shirt, 99, "auto"), (self.mug, 98, "manual"))
            ]
        )
        told = self.assertSameRows(*self.two_orders())
        self.assertIn("purchase_order_line", told)

    def test_analytic_rules(self):
        plan, other = self.env["account.analytic.plan"].create([{"name": "Plan"}, {"name": "Other"}])
        web, mugs, own = self.env["account.analytic.account"].create(
            [{"name": name, "plan_id": of.id} for name, of in (("Web", plan), ("Mugs", plan), ("Own", other))]
        )
        rules = self.env["account.analytic.distribution.model"]
        rules.create({"analytic_distribution": {web.id: 100}, "sequence": 9})
        told = self.assertSameRows(*self.two_orders())
        self.assertIn("analytic_distribution", told["sale_order_line"][0])
        # Rules that tell products and customers apart.
        rules.create({"analytic_distribution": {mugs.id: 100}, "product_id": self.mug.id, "sequence": 1})
        orders = self.two_orders(self.line(), self.line("L2", "T-MUG"), self.line("L3"))
        customer = self.env["res.partner"].create({"name": "Ann", "email": "o2@example.com"})
        rules.create({"analytic_distribution": {own.id: 100}, "partner_id": customer.id, "sequence": 2})
        told = self.assertSameRows(*orders)
        self.assertEqual(len({row.count(f"'{own.id}'") for row in told["sale_order_line"]}), 2)

    def test_orders_that_are_locked(self):
        self.env["res.config.settings"].create({"group_auto_done_setting": True}).execute()
        told = self.assertSameRows(*self.two_orders())
        self.assertIn("locked=True", told["sale_order"][0])

    def test_several_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.service.company_ids |= other
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1)
        self.put(self.shirt, 50, warehouse.lot_stock_id)
        orders = self.two_orders()
        orders[1]["values"]["company_id"] = other.id
        again = [order | {"id": f"{order['ref']}x", "ref": f"{order['ref']}x"} for order in orders]
        self.assertSameRows(*orders, *again)

    def test_warehouses_routes_and_a_service(self):
        self.product("work", type="service", is_storable=False)
        second = self.env["stock.warehouse"].create({"name": "Second", "code": "SEC"})
        self.put(self.mug, 9, second.lot_stock_id)
        orders = self.two_orders(self.line(), self.line("L2", "work"), self.line("L3", "T-MUG"))
        orders[1]["values"]["warehouse_id"] = second.id
        self.assertSameRows(*orders)

    def test_same_product_on_two_lines_and_an_order_of_services(self):
        self.product("work", type="service", is_storable=False)
        orders = self.two_orders(self.line(), self.line("L2"))
        orders[1]["values"]["order_line"]["$lines"]["items"] = [self.line("L1", "work")]
        self.assertSameRows(*orders)

    def test_followers_of_notes_are_told(self):
        self.env.ref("mail.mt_note").default = True
        told = self.assertSameRows(*self.two_orders())
        self.assertIn("mail_message", told)

    def test_addon_that_has_its_own_say_is_heard(self):
        """It puts the transfers of all orders into one, writes its own notes and makes their moves urgent."""
        moves, rules = self.registry["stock.move"], self.registry["stock.rule"]
        plan = self.env["account.analytic.plan"].create({"name": "Plan"})
        account = self.env["account.analytic.account"].create({"name": "Web", "plan_id": plan.id})
        self.env["account.analytic.distribution.model"].create({"analytic_distribution": {account.id: 100}})
        heard = []

        def foreign(model, method, own):
            plain = getattr(model, method)

            def extended(records, *args, **kwargs):
                heard.append(writes_together(records.env))
                return own(records, plain(records, *args, **kwargs))

            extended.__module__ = "odoo.addons.foreign.models.stock"
            return patch.object(model, method, extended)

        def listening(_records, result):
            return result

        def urgent(records, result):
            records.write({"priority": "1"})
            return result

        def noted(records, result):
            records.picking_id.message_post(body="Foreign")
            return result

        for model, method, own in (
            (moves, "_assign_picking", urgent),
            (moves, "_merge_moves", urgent),
            (moves, "_search_picking_for_assignation_domain", lambda _records, domain: domain[1:]),
            (moves, "_assign_picking_post_process", noted),
            (rules, "_search_rule_for_warehouses", listening),
            (self.registry["stock.picking"], "message_post", listening),
            (self.registry["sale.order.line"], "_action_launch_stock_rule", listening),
            (self.registry["account.analytic.distribution.model"], "_create_domain", listening),
        ):
            with self.subTest(method), foreign(model, method, own):
                heard.clear()
                told = self.assertSameRows(*self.two_orders())
                self.assertIn(True, heard)
                if own is listening:
                    self.assertEqual(heard.count(True), heard.count(False))
                if own is urgent:
                    self.assertIn("priority=1", told["stock_move"][0])
                if method == "_search_picking_for_assignation_domain":
                    # One transfer, and the row that counts them all.
                    self.assertEqual(len(told["stock_picking"]), 2)

    def test_nobody_else_opens_the_gate(self):
        self.assertIsNone(memory(self.env.cr))
        self.apply(self.order("o1"))
        self.assertIsNone(memory(self.env.cr))
        bridge = self.bridge.with_context(**{"clarity_bridge.memory": {}})
        bridge.apply("main", [self.order("o2")])
        self.assertIsNone(memory(self.env.cr))

    def test_it_is_made_in_few_queries(self):
        orders = [self.order(f"o{n}") for n in range(20)]
        counts = []
        for on in (False, True):
            self.switch(SETTING, on)
            with self.cr.savepoint() as savepoint:
                before = self.env.cr.sql_log_count
                self.apply(*orders)
                counts.append(self.env.cr.sql_log_count - before)
                savepoint.close(rollback=True)
            self.env.invalidate_all()
        self.assertLess(counts[1] * 2, counts[0])
