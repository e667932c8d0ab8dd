from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..models import res_config_settings
from ..tools.delivery import Answer
from .common import BridgeCase
from .test_sender import SECRET


@tagged("post_install", "-at_install")
class TestSettings(BridgeCase):
    def settings(self, **values):
        return self.env["res.config.settings"].create(values)

    def test_switches_are_on_until_switched_off_and_stay_so(self):
        names = ["clarity_emit_order", "clarity_emit_shipment", "clarity_emit_stock"]
        names += ["clarity_defer_reservation", "clarity_write_together"]
        self.assertTrue(all(self.settings()[name] for name in names))
        self.settings(**dict.fromkeys(names, False)).execute()
        self.assertFalse(any(self.settings()[name] for name in names))
        self.settings(**dict.fromkeys(names, True)).execute()
        self.assertTrue(all(self.settings()[name] for name in names))

    def test_address_and_secret_are_kept(self):
        self.settings(clarity_url=" https://bridge.example/webhooks/odoo ", clarity_secret=SECRET).execute()
        saved = self.settings()
        self.assertEqual((saved.clarity_url, saved.clarity_secret), ("https://bridge.example/webhooks/odoo", SECRET))
        self.assertTrue(self.bridge.ping()["outbox"]["sending"])

    def test_wrong_entries_name_the_field_and_the_remedy(self):
        for values, label in (
            ({"clarity_url": "bridge.example", "clarity_secret": SECRET}, "Bridge Address"),
            ({"clarity_url": "https://b.example/", "clarity_secret": "hunter2"}, "Signing Secret"),
            ({"clarity_url": "https://b.example/"}, "Signing Secret"),
            (
                {"clarity_url": "https://b.example/", "clarity_secret": SECRET, "clarity_previous_secret": "x"},
                "Previous Secret",
            ),
        ):
            with self.assertRaisesRegex(UserError, label):
                self.settings(**values).execute()

    def test_new_address_is_not_the_one_that_was_gone(self):
        parameters = self.env["ir.config_parameter"]
        self.settings(clarity_url="https://a.example/x", clarity_secret=SECRET).execute()
        parameters.set_param("clarity_bridge.stopped", "410")
        self.settings().execute()
        self.assertIn("410", self.settings().clarity_status)
        self.settings(clarity_url="https://b.example/x").execute()
        self.assertFalse(parameters.get_param("clarity_bridge.stopped"))

    def test_connection_test_says_what_is_wrong(self):
        settings = self.settings(clarity_url="https://b.example/x", clarity_secret=SECRET)
        for status, words in (
            (202, "are right"),
            (401, "secret"),
            (404, "no door"),
            (0, "Nothing answers"),
            (500, "HTTP 500"),
        ):
            answer = Answer(0, "evt_1", status, f"HTTP {status}")
            with patch.object(res_config_settings, "send", return_value=answer):
                notice = settings.action_clarity_test()["params"]
            self.assertIn(words, notice["message"])
            self.assertEqual(notice["type"], "success" if status == 202 else "danger")

    def test_status_sentence(self):
        self.assertIn("Nothing is sent until", self.settings().clarity_status)
        self.settings(clarity_url="https://b.example/x", clarity_secret=SECRET).execute()
        self.assertIn("All events are sent", self.settings().clarity_status)

    def test_secrets_are_not_for_salespeople(self):
        manager = new_test_user(self.env, "boss", "sales_team.group_sale_manager")
        with self.assertRaises(AccessError):
            self.env["res.config.settings"].with_user(manager).create({}).read(["clarity_secret"])

    def test_administrator_needs_no_other_right(self):
        admin = new_test_user(self.env, "root2", "base.group_system")
        settings = self.env["res.config.settings"].with_user(admin).create({})
        self.assertTrue(settings.clarity_status)
        self.assertEqual(settings.action_clarity_send()["params"]["type"], "success")

    def test_forms_open(self):
        order = self.applied(ref="o1")
        with Form(order) as form:
            self.assertEqual(form.clarity_ref, "o1")
        with Form(self.env["res.config.settings"]) as form:
            form.clarity_emit_stock = False
