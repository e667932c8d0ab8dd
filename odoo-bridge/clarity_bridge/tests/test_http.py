import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestHttp(HttpCase, BridgeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls.key_of(cls.service)

    @classmethod
    def key_of(cls, user):
        keys = cls.env(user=user)["res.users.apikeys"]
        return keys._generate(None, "test", fields.Datetime.now() + timedelta(days=30))

    def json2(self, method, key=None, **arguments):
        return self.url_open(
            f"/json/2/clarity.bridge/{method}",
            data=json.dumps(arguments),
            headers={"content-type": "application/json", "authorization": f"bearer {key or self.key}"},
            timeout=60,
        )

    def jsonrpc(self, method, *arguments, **named):
        body = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "call",
            "params": {
                "service": "object",
                "method": "execute_kw",
                "args": [self.env.cr.dbname, self.service.id, self.key, "clarity.bridge", method, arguments, named],
            },
        }
        answer = self.url_open(
            "/jsonrpc", data=json.dumps(body), headers={"content-type": "application/json"}, timeout=60
        )
        return answer.json()

    def test_json2(self):
        self.assertEqual(self.json2("ping").json()["user"]["login"], "clarity")
        answer = self.json2("apply", store="main", operations=[self.order("o1")])
        self.assertEqual(answer.status_code, 200)
        [result] = answer.json()["results"]
        self.assertEqual(result["status"], "created")
        state = self.json2("read_state", store="main", kind="order", refs=["o1"]).json()
        self.assertEqual(state["orders"][0]["id"], result["res_id"])
        stock = self.json2("read_state", store="main", kind="stock", refs=["T-SHIRT"], pending_orders=["o1"]).json()
        self.assertEqual((stock["stock"][0]["on_hand"], stock["held"]), ("100", []))
        self.assertIn("partner_id", self.json2("describe", models=["sale.order"]).json()["models"]["sale.order"])
        pulled = self.json2("pull", limit=10).json()["events"]
        self.assertIn("sale_order.changed", [event["body"]["type"] for event in pulled])
        uids = [event["webhook_id"] for event in pulled]
        self.assertEqual(self.json2("ack", webhook_ids=uids).json(), {"acknowledged": len(uids)})

    def test_jsonrpc(self):
        self.assertEqual(self.jsonrpc("ping")["result"]["user"]["login"], "clarity")
        [result] = self.jsonrpc("apply", store="main", operations=[self.order("o1")])["result"]["results"]
        self.assertEqual(result["status"], "created")
        events = self.jsonrpc("pull", limit=1000)["result"]["events"]
        self.assertIn("sale_order.changed", [event["body"]["type"] for event in events])

    def test_refusals(self):
        clerk = new_test_user(self.env, "clerk", "sales_team.group_sale_manager")
        answer = self.json2("ping", key=self.key_of(clerk))
        self.assertEqual((answer.status_code, answer.json()["name"]), (403, "odoo.exceptions.AccessError"))
        self.assertEqual(self.json2("ping", key="0" * 40).status_code, 401)
        self.assertEqual(self.json2("apply", store="main").status_code, 422)
        self.assertEqual(self.json2("_check_service").status_code, 403)
        self.assertEqual(self.json2("read_state", store="main", kind="nothing", refs=[]).status_code, 422)
