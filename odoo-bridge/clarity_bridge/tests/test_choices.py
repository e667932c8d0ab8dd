from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestChoices(BridgeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["product.category"].create([{"name": f"Clarity {name}"} for name in ("Shirts", "Mugs")])

    def choose(self, **request):
        [answer] = self.bridge.choices([{"model": "product.category", "field": "complete_name"} | request])["choices"]
        return answer

    def test_search_finds_part_of_the_text(self):
        answer = self.choose(search="clarity")
        self.assertEqual([item["value"] for item in answer["items"]], ["Clarity Mugs", "Clarity Shirts"])
        self.assertTrue(answer["readable"])
        self.assertTrue(all(item["active"] and item["unique"] for item in answer["items"]))

    def test_limit_tells_how_many_there_are(self):
        answer = self.choose(search="clarity", limit=1)
        self.assertEqual((answer["total"], len(answer["items"])), (2, 1))

    def test_exact_values_name_the_archived_and_the_ambiguous(self):
        taxes = self.env["account.tax"].create(
            [{"name": name, "amount": 7, "type_tax_use": "sale"} for name in ("Seven", "Old")]
        )
        self.env["account.tax"].create({"name": "Seven", "amount": 7, "type_tax_use": "purchase"})
        taxes[1].active = False
        request = {"model": "account.tax", "field": "name", "where": {"type_tax_use": "sale"}}
        answer = self.choose(**request, values=["Seven", taxes[1].id])
        self.assertEqual(
            {item["value"]: (item["active"], item["unique"]) for item in answer["items"]},
            {"Seven": (True, True), "Old": (False, False)},
        )
        self.env["product.category"].create({"name": "Clarity Mugs"})
        self.assertFalse(self.choose(values=["Clarity Mugs"])["items"][0]["unique"])

    def test_where_takes_one_value_or_a_list(self):
        request = {"model": "account.journal", "field": "code", "limit": 200}
        bank = self.choose(**request, where={"type": "bank"})
        both = self.choose(**request, where={"type": ["bank", "sale"]})
        if not bank["readable"]:
            self.skipTest("this service user reads no journals")
        self.assertGreater(both["total"], bank["total"])

    def test_what_the_service_user_may_not_read_is_said(self):
        answer = self.choose(model="ir.config_parameter", field="key")
        self.assertEqual(answer, {"readable": False, "total": 0, "items": []})

    def test_wrong_requests_are_refused(self):
        for wrong in (
            {"model": "no.such.model"},
            {"field": "parent_id"},
            {"where": {"colour": 1}},
            {"limit": 0},
            {"limit": 201},
        ):
            with self.assertRaises(UserError):
                self.choose(**wrong)
        with self.assertRaises(UserError):
            self.bridge.choices("everything")
