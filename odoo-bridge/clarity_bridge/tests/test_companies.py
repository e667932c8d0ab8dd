from odoo import Command
from odoo.tests import tagged

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
