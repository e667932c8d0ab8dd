from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..models.clarity_event import SECRET as SECRET_PARAMETER
from ..models.clarity_event import URL
from ..models.clarity_pairing import PAIRED
from ..tools import pairing
from .common import BridgeCase
from .test_sender import SECRET

PANEL = "https://bridge.example/admin"


class LinkedCase(BridgeCase):
    def connect(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param(PAIRED, f'{{"bridge": "https://bridge.example", "panel": "{PANEL}"}}')
        parameters.set_param(URL, "https://bridge.example/webhooks/odoo")
        parameters.set_param(SECRET_PARAMETER, SECRET)


@tagged("post_install", "-at_install")
class TestLinked(LinkedCase):
    def test_order_delivery_and_customer_lead_to_their_record_and_its_trace(self):
        order = self.applied(ref="o 1")
        self.assertTrue(order.clarity_is_linked)
        self.assertFalse(order.clarity_has_panel)
        with self.assertRaisesRegex(UserError, "Connect the bridge"):
            order.action_view_clarity_trace()
        self.connect()
        order.invalidate_recordset(["clarity_has_panel"])
        for record, term in (
            (order, "o%201"),
            (order.picking_ids, "o%201"),
            (order.partner_id, "c1"),
        ):
            self.assertTrue(record.clarity_has_panel)
            action = record.action_view_clarity_trace()
            self.assertEqual((action["url"], action["target"]), (f"{PANEL}/activity?q={term}", "new"))
            links = self.env["clarity.link"].search(record.action_view_clarity_links()["domain"])
            self.assertEqual(links[:1].clarity_ref, "o 1" if term != "c1" else "c1")

    def test_what_did_not_come_from_the_storefront_shows_nothing(self):
        self.connect()
        partner = self.env["res.partner"].create({"name": "Walk-in"})
        self.assertFalse(partner.clarity_is_linked or partner.clarity_has_panel)

    def test_forms_open_for_who_works_with_them(self):
        order = self.applied()
        self.connect()
        packer = new_test_user(self.env, "packer", "stock.group_stock_user")
        # Odoo's own delivery form needs a right on carriers that a stock user alone does not have.
        self.assertTrue(order.picking_ids.with_user(packer).clarity_has_panel)
        self.assertIn("/activity", order.picking_ids.with_user(packer).action_view_clarity_trace()["url"])
        shipper = new_test_user(self.env, "shipper", "stock.group_stock_user,sales_team.group_sale_salesman_all_leads")
        with Form(order.picking_ids.with_user(shipper)) as form:
            self.assertTrue(form.clarity_has_panel)
        seller = new_test_user(
            self.env, "seller", "sales_team.group_sale_salesman_all_leads,base.group_partner_manager"
        )
        with Form(order.partner_id.with_user(seller)) as form:
            self.assertTrue(form.clarity_is_linked)


@tagged("post_install", "-at_install")
class TestStatus(LinkedCase):
    def status(self, counters, user=None):
        manager = user or new_test_user(self.env, "boss", "sales_team.group_sale_manager")
        with patch.object(pairing, "counters", return_value=counters):
            return self.env["clarity.status"].with_user(manager).create({})

    def test_says_what_the_panel_says(self):
        self.assertIn("No bridge", self.status({}).sentence)
        self.connect()
        boss = self.env["res.users"].search([("login", "=", "boss")])
        counters = {"waiting": 3, "failed": 0, "held": 0, "delivered_last_hour": 40}
        status = self.status(counters, boss)
        self.assertEqual((status.sentence, status.waiting, status.delivered_last_hour), ("All is well.", 3, 40))
        self.assertEqual(status.action_open_panel()["url"], f"{PANEL}/")
        status = self.status(counters | {"failed": 2}, boss)
        self.assertIn("needs you", status.sentence)
        self.assertEqual(status.action_open_panel()["url"], f"{PANEL}/attention")
        status = self.status({"waiting": "many"}, boss)
        self.assertIn("does not answer", status.sentence)
        self.assertFalse(status.is_known)

    def test_is_for_sales_managers(self):
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.status({}, seller)
