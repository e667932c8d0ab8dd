import json
from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..models import clarity_pairing
from ..models.clarity_event import SECRET as SECRET_PARAMETER
from ..models.clarity_event import STOPPED, URL
from ..models.clarity_pairing import LOGIN
from ..tools import pairing
from ..tools.delivery import Answer
from ..tools.pairing import Reply
from .common import BridgeCase
from .test_sender import SECRET

BRIDGE = "https://bridge.example"
CODE = f"clarity-0a1b2c3d-{'x' * 22}@{BRIDGE}"
TAKEN = {"webhook_url": f"{BRIDGE}/webhooks/odoo", "webhook_secret": SECRET, "panel_url": f"{BRIDGE}/admin"}


class PairingCase(BridgeCase):
    """An administrator with that one role presses Connect; the bridge is a list of what it answers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(cls.env, "settings_only", "base.group_system")
        cls.env["ir.config_parameter"].set_param("web.base.url", "https://erp.example")

    @contextmanager
    def bridge_answers(self, *replies, hello=202):
        """:return: the facts that the bridge was told, and the events it was sent"""
        told, events = [], []

        def ask(code, facts):
            told.append(facts | {"code": code.secret})
            return replies[len(told) - 1]

        def send(endpoint, event):
            events.append((endpoint, event))
            return Answer(0, event[1], hello, "" if hello == 202 else f"HTTP {hello}")

        with (
            self.own_transactions(),
            patch.object(pairing, "ask", ask),
            patch.object(clarity_pairing, "send", send),
        ):
            yield told, events

    def press(self, code=CODE, **values):
        settings = self.env["res.config.settings"].with_user(self.boss).create({"clarity_code": code} | values)
        return settings.action_clarity_connect()["params"]

    def users(self):
        return self.env["res.users"].with_context(active_test=False).search([("login", "=", LOGIN)])

    def is_valid(self, key):
        return self.env["res.users.apikeys"]._check_credentials(scope="rpc", key=key) == self.users().id

    def parameter(self, name):
        return self.env["ir.config_parameter"].get_param(name)


@tagged("post_install", "-at_install")
class TestPairing(PairingCase):
    def test_makes_the_user_its_key_and_tells_the_bridge(self):
        self.env["ir.config_parameter"].set_param(STOPPED, "410")
        with self.bridge_answers(Reply(200, TAKEN)) as (told, events):
            notice = self.press(f" {CODE}\n")
        self.assertEqual(notice["type"], "success", notice)
        [facts] = told
        self.assertEqual(facts["code"], CODE.split("@")[0])
        self.assertEqual(
            (facts["url"], facts["database"], facts["login"]), ("https://erp.example", self.env.cr.dbname, LOGIN)
        )
        self.assertTrue(self.is_valid(facts["key"]))
        self.assertEqual((self.parameter(URL), self.parameter(SECRET_PARAMETER)), (TAKEN["webhook_url"], SECRET))
        self.assertFalse(self.parameter(STOPPED))
        [(endpoint, (_id, uid, body))] = events
        self.assertEqual((endpoint.url, endpoint.secrets), (TAKEN["webhook_url"], (SECRET,)))
        self.assertTrue(uid.startswith("pair_"))
        self.assertEqual(json.loads(body)["type"], "stock.changed")
        self.assertIn(BRIDGE, self.env["res.config.settings"].create({}).clarity_paired)

    def test_user_has_the_roles_that_were_chosen_and_no_other(self):
        for values, names in (
            ({"clarity_pair_accounting": False}, {"group_service"}),
            ({}, {"group_service_accounting"}),
            ({"clarity_pair_products": True}, {"group_service_accounting", "group_service_products"}),
        ):
            self.users().unlink()
            with self.bridge_answers(Reply(200, TAKEN)):
                self.press(**values)
            groups = self.users().group_ids
            self.assertEqual(groups, groups.browse([self.env.ref(f"clarity_bridge.{name}").id for name in names]))
        self.assertFalse(self.users().has_group("base.group_system"))

    def test_lost_answer_is_repeated_with_the_same_user_and_the_key_before_goes(self):
        with self.bridge_answers(Reply(0, {}, "No connection"), Reply(200, TAKEN)) as (told, _events):
            lost = self.press()
            self.assertIn("does not reach the bridge", lost["message"])
            self.assertTrue(self.is_valid(told[0]["key"]), "the bridge may have it")
            self.press()
        self.assertEqual(len(self.users()), 1)
        self.assertEqual([self.is_valid(facts["key"]) for facts in told], [False, True])

    def test_what_the_bridge_refuses_is_said_in_its_words_and_leaves_no_key(self):
        problem = {"code": "code_used", "detail": "This code was used.", "remedy": "Make a new one."}
        with self.bridge_answers(Reply(410, problem)) as (told, _events):
            notice = self.press()
        self.assertEqual((notice["type"], notice["message"]), ("danger", "This code was used. Make a new one."))
        self.assertFalse(self.is_valid(told[0]["key"]))
        self.assertFalse(self.parameter(URL))
        self.assertFalse(self.env["res.config.settings"].create({}).clarity_paired)

    def test_each_failure_names_what_to_do(self):
        for reply, hello, words in (
            (Reply(0, {}, "No connection"), 202, "does not reach the bridge"),
            (Reply(404, {}, "HTTP 404"), 202, "not the bridge"),
            (Reply(200, {"hello": "world"}, "HTTP 200"), 202, "not the bridge"),
            (Reply(503, {}, "HTTP 503"), 202, "Press Connect again"),
            (Reply(200, TAKEN), 401, "clock"),
            (Reply(200, TAKEN), 0, "do not reach it"),
        ):
            with self.bridge_answers(reply, hello=hello):
                notice = self.press()
            self.assertEqual(notice["type"], "danger", reply)
            self.assertIn(words, notice["message"])

    def test_codes_that_are_none_are_refused_before_anything_is_made(self):
        for code, words in (
            (False, "whole code"),
            ("clarity-0a1b2c3d", "whole code"),
            (CODE.replace("https://", ""), "whole code"),
            (f"clarity-0a1b2c3d-{'x' * 22}@https://someone@bridge.example", "whole code"),
            (CODE.replace("https://", "http://"), "unencrypted"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.press(code)
        self.assertFalse(self.users())

    def test_own_network_needs_no_certificate(self):
        for host in ("127.0.0.1:4000", "10.0.0.5", "bridge:4000", "bridge.internal"):
            self.assertTrue(pairing.is_guarded(pairing.parse(CODE.replace(BRIDGE, f"http://{host}"))))

    def test_archived_service_user_comes_back_and_a_stranger_is_left_alone(self):
        with self.bridge_answers(Reply(200, TAKEN), Reply(200, TAKEN)):
            self.press()
            self.users().active = False
            self.press()
        self.assertTrue(self.users().active)
        self.users().group_ids = self.env.ref("base.group_user")
        with self.own_transactions(), self.assertRaisesRegex(UserError, "none of the bridge's"):
            self.press()

    def test_only_administrators_connect(self):
        manager = new_test_user(self.env, "seller", "sales_team.group_sale_manager")
        with self.assertRaises(AccessError):
            self.env["res.config.settings"].with_user(manager).create({"clarity_code": CODE})
        roles = self.env.ref("clarity_bridge.group_service")
        with self.own_transactions(), self.assertRaises(AccessError):
            self.env["clarity.pairing"].with_user(manager)._connect(CODE, roles)


@tagged("post_install", "-at_install")
class TestPairingHttp(HttpCase, PairingCase):
    def test_button_of_the_settings_page(self):
        self.authenticate("settings_only", "settings_only")
        with self.bridge_answers(Reply(200, TAKEN)) as (told, _events):
            settings = self.call("create", [[{"clarity_code": CODE}]])
            notice = self.call("action_clarity_connect", [settings])
        self.assertEqual(notice["params"]["type"], "success")
        self.assertEqual(notice["params"]["next"]["tag"], "soft_reload")
        self.assertEqual(told[0]["login"], LOGIN)

    def call(self, method, args):
        url = f"/web/dataset/call_kw/res.config.settings/{method}"
        params = {"model": "res.config.settings", "method": method, "args": args, "kwargs": {}}
        answer = self.url_open(url, json={"jsonrpc": "2.0", "id": 1, "params": params}, timeout=60).json()
        self.assertNotIn("error", answer)
        return answer["result"]
