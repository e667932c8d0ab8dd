from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestRights(BridgeCase):
    def test_only_the_service_group_may_call(self):
        clerk = new_test_user(self.env, "clerk", "sales_team.group_sale_manager,stock.group_stock_manager")
        bridge = self.env["clarity.bridge"].with_user(clerk)
        for call in (
            lambda: bridge.apply("main", [self.order()]),
            lambda: bridge.read_state("main", "order", []),
            lambda: bridge.describe(["res.partner"]),
            lambda: bridge.choices([]),
            lambda: bridge.product_facts([]),
            lambda: bridge.read_history("main", []),
            bridge.ping,
            bridge.pull,
            lambda: bridge.ack([]),
            bridge.make_key,
            lambda: bridge.retire_keys("a" * 8, "b" * 8),
            lambda: bridge.set_webhook_secret("x"),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_administrator_is_not_a_service_user(self):
        with self.assertRaises(AccessError):
            self.env["clarity.bridge"].with_user(self.env.ref("base.user_admin")).ping()

    def test_key_of_the_service_user_may_live_a_year(self):
        group = self.env.ref("clarity_bridge.group_service")
        self.assertEqual(group.api_key_duration, 365)

    def test_service_user_is_no_administrator(self):
        for model, operation in (
            ("ir.config_parameter", "read"),
            ("res.users", "write"),
            ("ir.model", "write"),
            ("product.product", "write"),
            ("account.account", "write"),
            ("account.move", "create"),
            ("account.payment", "create"),
            ("res.partner", "unlink"),
            ("clarity.link", "write"),
            ("clarity.event", "read"),
        ):
            self.assertFalse(self.env[model].with_user(self.service).has_access(operation), f"{operation} {model}")

    def test_ping_of_a_service_user_lacks_nothing(self):
        pong = self.bridge.ping()
        self.assertEqual(pong["missing_rights"], [])
        self.assertEqual(pong["user"], {"id": self.service.id, "login": "clarity"})
        self.assertIn({"code": self.warehouse.code, "name": self.warehouse.name}, pong["warehouses"])
        on = dict.fromkeys(("order", "shipment", "stock", "invoice", "return"), True)
        off = dict.fromkeys(("product", "price", "customer"), False)
        self.assertEqual(pong["entities"], on | off)

    def test_ping_names_what_documents_need_and_the_role_that_has_it(self):
        lacking = self.bridge.ping()["missing_by_entity"]
        self.assertEqual(lacking["invoice"], [])
        self.assertIn("create Payments", lacking["payment"])
        self.assertIn("create Journal Entry", lacking["return"])
        self.service.group_ids = [Command.link(self.env.ref("clarity_bridge.group_service_accounting").id)]
        lacking = self.bridge.ping()["missing_by_entity"]
        self.assertEqual([lacking[entity] for entity in ("invoice", "payment", "return")], [[], [], []])

    def test_ping_names_what_is_missing(self):
        self.env["ir.model.access"].search([("model_id.model", "=", "sale.order")]).perm_create = False
        self.assertIn("create Sales Order", self.bridge.ping()["missing_rights"])

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule", "odoo.models")
    def test_denied_is_told_with_odoos_sentence_and_fails_alone(self):
        operation = {
            "id": "a",
            "kind": "account",
            "ref": "1",
            "version": "2026-01-01T00:00:00Z",
            "hash": "h",
            "model": "account.account",
            "values": {"name": "Mine", "code": "999999"},
        }
        results = self.apply(operation, self.order())
        self.assertProblem(results[0], "denied", "access_denied")
        self.assertEqual(results[1]["status"], "created")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_denied_lookup_is_denied(self):
        marker = {"$find": {"model": "ir.config_parameter", "by": {"key": "database.secret"}, "take": "value"}}
        [result] = self.apply(self.order(values={"origin": marker}))
        self.assertProblem(result, "denied", "access_denied")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_case_31_other_company_is_out_of_reach(self):
        other = self.env["res.company"].create({"name": "Other"})
        [result] = self.apply(self.order(values={"company_id": other.id}))
        self.assertEqual(result["status"], "denied", result)
        self.service.company_ids = [Command.link(other.id)]

    def test_who_has_no_rights_on_payments_is_shown_none_in_the_order(self):
        for group, shown in (("stock.group_stock_user", False), ("sales_team.group_sale_salesman", True)):
            user = new_test_user(self.env, f"of {group}", group)
            view = self.env["sale.order"].with_user(user).get_view(view_type="form")["arch"]
            for field in ("clarity_payment_ids", "clarity_return_ids"):
                self.assertEqual(f'name="{field}"' in view, shown, (group, field))

    def test_links_show_in_the_order_for_everyone_who_may_read_it(self):
        order = self.applied(ref="o1")
        reader = new_test_user(self.env, "reader", "account.group_account_invoice")
        self.assertEqual(order.with_user(reader).clarity_ref, "o1")
        self.assertEqual(order.with_user(reader).clarity_version, "2026-01-01T00:00:00.000Z")
        action = order.action_view_clarity_links()
        self.assertEqual(self.env["clarity.link"].search(action["domain"]).clarity_ref, "o1")
        self.assertEqual(self.link("o1").res_name, order.name)
        self.assertEqual(self.link("o1").action_open_record()["res_id"], order.id)
