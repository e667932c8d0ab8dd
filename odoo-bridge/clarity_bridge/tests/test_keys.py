from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.clarity_event import PREVIOUS_SECRET, SECRET
from .common import BridgeCase
from .test_sender import SECRET as KNOWN

FRESH = "whsec_" + "QUJD" * 11


@tagged("post_install", "-at_install")
class TestKeys(BridgeCase):
    def valid(self, key):
        keys = self.env["res.users.apikeys"]
        return keys._check_credentials(scope="rpc", key=key) == self.service.id

    def test_key_is_the_service_users_own_and_lives_as_long_as_its_group_allows(self):
        made = self.bridge.make_key()
        self.assertTrue(self.valid(made["key"]))
        stored = self.env["res.users.apikeys"].search([("user_id", "=", self.service.id)])
        self.assertEqual(len(stored), 1)
        # One of the two has its fraction of a second cut off.
        self.assertEqual(round((stored.expiration_date - stored.create_date).total_seconds() / 86400), 365)

    def test_old_key_holds_until_it_is_retired(self):
        old, new = self.bridge.make_key()["key"], self.bridge.make_key()["key"]
        self.assertTrue(self.valid(old) and self.valid(new))
        self.assertEqual(self.bridge.retire_keys(new[:8], old[:8]), {"retired": 1})
        self.assertFalse(self.valid(old))
        self.assertTrue(self.valid(new))
        self.assertEqual(self.bridge.retire_keys(new[:8], old[:8]), {"retired": 0})

    def test_what_a_broken_rotation_left_over_goes_and_a_key_made_by_hand_stays(self):
        keys = self.env["res.users.apikeys"].with_user(self.service)
        by_hand = keys.sudo()._generate(None, "Staging", None)
        old, lost, new = (self.bridge.make_key()["key"] for _ in range(3))
        self.assertEqual(self.bridge.retire_keys(new[:8], old[:8]), {"retired": 2})
        self.assertEqual([self.valid(key) for key in (old, lost, new, by_hand)], [False, False, True, True])

    def test_nobody_locks_himself_out(self):
        new = self.bridge.make_key()["key"]
        foreign = self.env["res.users.apikeys"].sudo()._generate(None, "Other", None)
        for keep, retire in ((new[:8], new[:8]), ("00000000", new[:8]), (foreign[:8], new[:8]), ("", new[:8])):
            with self.assertRaises(UserError):
                self.bridge.retire_keys(keep, retire)
        self.assertEqual(self.bridge.retire_keys(new[:8], foreign[:8]), {"retired": 0})

    def test_events_are_signed_with_the_new_secret_and_the_one_before(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("clarity_bridge.url", "https://bridge.example/webhooks/odoo")
        parameters.set_param(SECRET, KNOWN)
        self.assertEqual(self.bridge.set_webhook_secret(FRESH), {"signing": True})
        self.assertEqual(self.env["clarity.event"]._endpoint().secrets, (FRESH, KNOWN))
        self.bridge.set_webhook_secret(FRESH)
        self.assertEqual(parameters.get_param(PREVIOUS_SECRET), KNOWN)
        with self.assertRaisesRegex(UserError, "whsec_"):
            self.bridge.set_webhook_secret("hunter2")
