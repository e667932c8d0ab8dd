import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..tools import delivery, sender
from ..tools.signature import sign
from .test_events import EventCase

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


class Receiver(ThreadingHTTPServer):
    """A local receiver: answers as told, keeps what it got."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got, self.answers, self.default = [], [], (202, {})
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/webhooks/odoo"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((dict(self.headers), body))
        status, headers = self.server.answers.pop(0) if self.server.answers else self.server.default
        self.send_response(status)
        for name, value in {"content-length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_args):
        pass


@tagged("post_install", "-at_install")
class TestSender(EventCase):
    def setUp(self):
        super().setUp()
        self.receiver = Receiver()
        self.addCleanup(self.receiver.server_close)
        self.addCleanup(self.receiver.shutdown)
        self.parameters = self.env["ir.config_parameter"]
        self.parameters.set_param("clarity_bridge.url", self.receiver.url)
        self.parameters.set_param("clarity_bridge.secret", SECRET)

    def change(self, *products):
        for product in products or (self.mug,):
            self.set_stock(product, next(self.numbers))
        self.env.cr.flush()

    def send(self):
        with self.own_transactions():
            return sender.run(self.registry)

    def events(self):
        return self.env["clarity.event"].search([], order="id")

    def uids(self):
        return [headers["webhook-id"] for headers, _body in self.receiver.got]

    def backlog(self, many):
        products = self.env["product.product"].create(
            [{"name": f"P{n}", "default_code": f"P{n}", "is_storable": True} for n in range(many)]
        )
        for product in products:
            self.env["stock.quant"]._update_available_quantity(product, self.warehouse.lot_stock_id, 1)
        self.env.cr.flush()

    def test_accepted_event_is_sent_once_and_signed(self):
        self.change()
        self.send()
        self.send()
        [(headers, body)] = self.receiver.got
        event = self.events()
        self.assertEqual((event.state, event.last_status, event.attempts), ("sent", 202, 1))
        self.assertEqual(body.decode(), event.payload)
        self.assertEqual(body, json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode())
        expected = sign(body, [SECRET], event.uid, int(headers["webhook-timestamp"]))
        self.assertEqual({name: headers[name] for name in expected}, expected)
        self.assertEqual(headers["content-type"], "application/json")

    def test_body_of_any_script_is_signed_as_it_is_sent(self):
        self.mug.default_code = "КРУЖКА-ñ-🍵"
        self.change()
        self.send()
        [(headers, body)] = self.receiver.got
        self.assertIn("КРУЖКА-ñ-🍵".encode(), body)
        expected = sign(body, [SECRET], self.events().uid, int(headers["webhook-timestamp"]))
        self.assertEqual(headers["webhook-signature"], expected["webhook-signature"])

    def test_case_38_both_secrets_sign_during_a_rotation(self):
        self.parameters.set_param("clarity_bridge.previous_secret", OLD_SECRET)
        self.change()
        self.send()
        [(headers, body)] = self.receiver.got
        timestamp = int(headers["webhook-timestamp"])
        expected = [
            sign(body, [secret], self.events().uid, timestamp)["webhook-signature"] for secret in (SECRET, OLD_SECRET)
        ]
        self.assertEqual(headers["webhook-signature"].split(" "), expected)

    def test_refused_event_keeps_its_id_and_waits_longer_each_time(self):
        self.receiver.default = (500, {})
        self.change()
        delays = []
        start = fields.Datetime.now()
        with freeze_time(start) as clock:
            for _ in range(10):
                self.send()
                event = self.events()
                if event.next_at:
                    delays.append((event.next_at - fields.Datetime.now()).total_seconds())
                    clock.move_to(event.next_at)
        self.assertEqual(len(set(self.uids())), 1)
        self.assertEqual(len(self.receiver.got), 10)
        self.assertEqual((event.state, event.last_error), ("failed", "HTTP 500 Internal Server Error"))
        for delay, wanted in zip(delays, [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400], strict=True):
            self.assertAlmostEqual(delay, wanted, delta=wanted * 0.11 + 1)

    def test_bad_event_does_not_stop_the_others(self):
        self.receiver.default = (400, {})
        self.change(self.mug, self.shirt)
        self.send()
        self.assertEqual(len(self.receiver.got), 2)

    def test_redirect_is_a_failure(self):
        self.receiver.default = (302, {"location": self.receiver.url})
        self.change()
        self.send()
        self.assertEqual(len(self.receiver.got), 1)
        self.assertEqual((self.events().state, self.events().last_status), ("pending", 302))

    def test_gone_switches_sending_off_until_somebody_switches_it_on(self):
        self.receiver.answers = [(410, {})]
        self.change()
        self.send()
        self.change(self.shirt)
        self.send()
        self.assertEqual(len(self.receiver.got), 1)
        self.assertFalse(self.bridge.ping()["outbox"]["sending"])
        self.env["res.config.settings"].create({}).action_clarity_resume()
        self.send()
        self.assertEqual(set(self.events().mapped("state")), {"sent"})
        self.assertTrue(self.bridge.ping()["outbox"]["sending"])

    def test_case_16_retry_after_is_honoured_for_the_receiver_as_a_whole(self):
        self.receiver.answers = [(429, {"retry-after": "120"})]
        start = fields.Datetime.now()
        with freeze_time(start) as clock:
            self.change()
            self.assertIsNone(self.send())
            self.change(self.shirt)
            self.send()
            self.assertEqual(len(self.receiver.got), 1)
            self.assertEqual((self.events()[0].held_until - start).total_seconds(), 120)
            clock.tick(121)
            self.send()
        self.assertEqual(set(self.events().mapped("state")), {"sent"})

    def test_retry_after_as_a_date(self):
        with freeze_time("2026-01-01 00:00:00"):
            self.receiver.answers = [(503, {"retry-after": "Thu, 01 Jan 2026 00:10:00 GMT"})]
            self.change()
            self.send()
            self.assertEqual(str(self.events().held_until), "2026-01-01 00:10:00")

    def test_case_05_receiver_that_is_away_costs_one_attempt(self):
        self.receiver.shutdown()
        self.receiver.server_close()
        self.change(self.mug, self.shirt)
        wait = self.send()
        self.assertGreater(wait, 0)
        attempts = sorted(self.events().mapped("attempts"))
        self.assertLessEqual(attempts[0], 1)
        self.assertEqual(set(self.events().mapped("state")), {"pending"})
        self.assertIn("No connection", self.events().mapped("last_error"))

    def test_case_05_everything_arrives_once_it_is_back(self):
        self.receiver.default = (503, {})
        self.change(self.mug, self.shirt)
        for _ in range(4):
            self.send()
        self.events().write({"next_at": fields.Datetime.now()})
        self.events()[0].next_at = "2099-01-01 00:00:00"
        self.receiver.default = (202, {})
        self.send()
        self.assertEqual(set(self.events().mapped("state")), {"sent"})

    def test_timeout_is_an_error_to_read(self):
        with patch.object(
            delivery.urllib3.PoolManager, "request", side_effect=delivery.urllib3.exceptions.TimeoutError
        ):
            self.change()
            self.send()
        self.assertEqual(self.events().last_error, "No answer within 15 seconds")

    def test_nothing_is_sent_without_an_address(self):
        self.parameters.set_param("clarity_bridge.url", False)
        self.change()
        self.assertIsNone(self.send())
        self.assertFalse(self.receiver.got)
        self.assertEqual(self.events().state, "pending")

    def test_change_during_the_sending_is_sent_too(self):
        post = delivery.send
        changes = iter([self.mug])

        def send(endpoint, event, pool=None):
            for product in changes:
                self.change(product)
            return post(endpoint, event, pool)

        self.change()
        with patch.object(delivery, "send", send):
            self.send()
        self.assertEqual(len(set(self.uids())), 2)
        self.assertEqual(self.events().mapped("state"), ["sent", "sent"])

    def test_acknowledged_during_the_sending_stays_acknowledged(self):
        post = delivery.send

        def send(endpoint, event, pool=None):
            self.bridge.ack([event[1]])
            self.env.flush_all()
            self.receiver.default = (500, {})
            return post(endpoint, event, pool)

        self.change()
        with patch.object(delivery, "send", send):
            self.send()
        self.assertEqual(self.events().state, "sent")

    def test_send_again(self):
        self.change()
        self.send()
        event = self.events()
        uid = event.uid
        event.action_send_again()
        self.send()
        self.assertEqual(len(self.receiver.got), 2)
        self.assertNotEqual(self.uids()[1], uid, "the receiver would take the old id for a repetition")
        self.assertEqual(event.state, "sent")

    def test_send_again_of_what_waits_keeps_one_row(self):
        self.receiver.default = (500, {})
        self.change()
        self.send()
        self.events().action_send_again()
        self.receiver.default = (202, {})
        self.send()
        self.assertEqual(len(self.events()), 1)
        self.assertEqual(self.events().state, "sent")

    def test_send_again_of_an_old_event_whose_thing_waits(self):
        self.change()
        self.send()
        old = self.events()
        self.receiver.default = (500, {})
        self.change()
        self.send()
        old.action_send_again()
        self.receiver.default = (202, {})
        self.send()
        self.assertEqual(self.events().mapped("state"), ["sent", "sent"])

    def test_backlog_travels_in_parcels_each_event_under_its_own_id(self):
        self.backlog(260)
        self.send()
        self.assertEqual(len(self.receiver.got), 2)
        inside = []
        for headers, body in self.receiver.got:
            expected = sign(body, [SECRET], headers["webhook-id"], int(headers["webhook-timestamp"]))
            self.assertEqual(headers["webhook-signature"], expected["webhook-signature"])
            self.assertTrue(body.startswith(b'{"type":"parcel"'), "the receiver looks at the beginning only")
            parcel = json.loads(body)
            self.assertEqual(parcel["type"], "parcel")
            inside += parcel["data"]["events"]
        events = self.events()
        self.assertEqual(set(events.mapped("state")), {"sent"})
        self.assertEqual(
            sorted((event["webhook_id"], event["body"]["data"]["sku"]) for event in inside),
            sorted((event.uid, json.loads(event.payload)["data"]["sku"]) for event in events),
        )

    def test_refused_parcel_is_tried_event_by_event(self):
        self.receiver.answers = [(400, {}), (400, {})]
        self.backlog(30)
        self.send()
        self.assertEqual(len(self.receiver.got), 31)
        self.assertEqual(sorted(self.events().mapped("state")), ["pending"] + ["sent"] * 29)

    def test_parcel_with_a_wrong_secret_is_not_tried_event_by_event(self):
        self.receiver.default = (401, {})
        self.backlog(30)
        self.send()
        self.assertEqual(len(self.receiver.got), 1)
        self.assertEqual(set(self.events().mapped("state")), {"pending"})

    def test_case_05_parcel_to_a_receiver_that_is_away_costs_one_attempt(self):
        self.receiver.default = (503, {})
        self.backlog(300)
        self.send()
        self.assertLessEqual(len(self.receiver.got), 2)
        self.assertEqual(set(self.events().mapped("state")), {"pending"})

    def test_cron_sends(self):
        self.change()
        with self.own_transactions():
            self.env["clarity.event"]._cron_send()
        self.assertEqual(self.events().state, "sent")

    def test_sending_is_asked_for_after_the_commit(self):
        self.env.cr.postcommit.clear()
        self.change()
        self.assertIn(sender.wake, [call.func for call in self.env.cr.postcommit._funcs])
