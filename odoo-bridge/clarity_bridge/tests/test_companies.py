from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestCompanies(BridgeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Clarity Two", "country_id": cls.env.company.country_id.id})
        cls.warehouse_two = cls.env["stock.warehouse"].search([("company_id", "=", cls.other.id)], limit=1)
        group = cls.env["account.tax.group"]
        cls.taxes = cls.env["account.tax"]
        for company, amount in ((cls.env.company, 10), (cls.other, 20)):
            own = group.create({"name": "Clarity", "company_id": company.id})
            cls.taxes |= cls.taxes.create(
                {
                    "name": "Shop tax",
                    "amount": amount,
                    "type_tax_use": "sale",
                    "company_id": company.id,
                    "country_id": cls.env.company.country_id.id,
                    "tax_group_id": own.id,
                }
            )

    def taxed(self, **values):
        find = {"model": "account.tax", "by": {"name": "Shop tax", "type_tax_use": "sale"}}
        lines = [self.line(tax_ids={"$set": [{"$find": find}]})]
        [result] = self.apply(self.order(lines=lines, values=values, follow=[]))
        return result

    def test_case_31_the_orders_company_decides_which_tax_is_meant(self):
        self.service.company_ids = [Command.link(self.other.id)]
        self.assertEqual(self.taxed()["order"]["amount_total"], "22.00")
        named = {"$find": {"model": "res.company", "by": {"name": "Clarity Two"}}}
        result = self.taxed(company_id=named)
        self.assertEqual(result["order"]["amount_total"], "24.00", result)
        order = self.env["sale.order"].browse(result["res_id"])
        self.assertEqual((order.company_id, order.order_line.tax_ids), (self.other, self.taxes[1]))
        self.assertEqual(self.taxed(company_id=self.other.id)["order"]["amount_total"], "24.00")

    def test_case_31_a_company_that_the_service_user_may_not_enter_is_not_there(self):
        self.assertEqual(self.taxed()["order"]["amount_total"], "22.00")
        named = {"$find": {"model": "res.company", "by": {"name": "Clarity Two"}}}
        self.assertProblem(self.taxed(company_id=named), "correct", "not_found")
        bridge = self.bridge.choices([{"model": "account.tax", "field": "name", "values": ["Shop tax"]}])
        self.assertEqual([item["id"] for item in bridge["choices"][0]["items"]], self.taxes[0].ids)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_what_belongs_to_an_order_of_another_company_is_seen_by_nobody_else(self):
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman_all_leads")
        customer = self.env["res.partner"].create({"name": "Ann"})
        orders = self.env["sale.order"].create(
            [{"partner_id": customer.id, "company_id": company.id} for company in (self.env.company, self.other)]
        )
        currency = self.env.company.currency_id.id
        returns = self.env["clarity.return"].create(
            [
                {
                    "order_id": order.id,
                    "clarity_ref": f"r{order.id}",
                    "status": "requested",
                    "currency_id": currency,
                    "line_ids": [Command.create({"clarity_ref": "1", "line_ref": "L1", "quantity": 1})],
                }
                for order in orders
            ]
        )
        payments = self.env["clarity.payment"].create(
            [
                {
                    "order_id": order.id,
                    "clarity_ref": f"p{order.id}",
                    "method": "card",
                    "amount": 1,
                    "currency_id": currency,
                    "state": "captured",
                }
                for order in orders
            ]
        )
        for records, rule in ((returns, "return"), (returns.line_ids, "return_line"), (payments, "payment")):
            own, others = records.sorted("id")
            with self.subTest(records._name):
                here = [("id", "in", records.ids)]
                as_seller = self.env[records._name].with_user(seller)
                self.assertEqual(as_seller.search(here), own)
                self.assertTrue(own.with_user(seller).read(["clarity_ref"]))
                with self.assertRaises(AccessError):
                    others.with_user(seller).read(["clarity_ref"])
                # Without the rule: what the test sees is its work.
                self.env.ref(f"clarity_bridge.rule_clarity_{rule}_company").active = False
                self.assertEqual(as_seller.search(here), records)
                self.env.ref(f"clarity_bridge.rule_clarity_{rule}_company").active = True
        seller.company_ids = [Command.link(self.other.id)]
        self.assertEqual(self.env["clarity.return"].with_user(seller).search([("id", "in", returns.ids)]), returns)
