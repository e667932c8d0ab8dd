import uuid
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import bulk, reservation
from ..tools.delivery import Endpoint, send
from ..tools.emission import SETTING_OF, body_of, is_on
from ..tools.payments import MATCH_SETTING
from ..tools.signature import is_secret
from ..tools.state import iso
from .clarity_event import PREVIOUS_SECRET, SECRET, STOPPED, URL
from .clarity_pairing import HELLO

_TEXTS = {"clarity_url": URL, "clarity_secret": SECRET, "clarity_previous_secret": PREVIOUS_SECRET}
_SWITCHES = {
    "clarity_emit_order": SETTING_OF["order"],
    "clarity_emit_shipment": SETTING_OF["picking_done"],
    "clarity_emit_stock": SETTING_OF["stock"],
    "clarity_emit_invoice": SETTING_OF["invoice"],
    "clarity_emit_return": SETTING_OF["return"],
    "clarity_match_payments": MATCH_SETTING,
    "clarity_emit_product": SETTING_OF["product"],
    "clarity_emit_price": SETTING_OF["price"],
    "clarity_emit_customer": SETTING_OF["partner"],
    "clarity_write_together": bulk.SETTING,
    "clarity_defer_reservation": reservation.SETTING,
}


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    clarity_code = fields.Char(
        "Pairing Code", help="The bridge's panel shows it under Connections. It is good for ten minutes, once."
    )
    clarity_pair_accounting = fields.Boolean(
        "Payments and Invoices",
        default=True,
        help="The service user may also register payments and post invoices. Off: they stay with your accountant; "
        "switch payments off in the bridge as well.",
    )
    clarity_pair_products = fields.Boolean(
        "Products", help="The service user may also write products: only where the storefront is their record."
    )
    clarity_paired = fields.Char("Connected With", compute="_compute_clarity_paired")
    clarity_url = fields.Char(
        "Bridge Address", help="The bridge's door for Odoo, e.g. https://bridge.example/webhooks/odoo"
    )
    clarity_secret = fields.Char("Signing Secret", help="whsec_ and base64; the same as in the bridge.")
    clarity_previous_secret = fields.Char(
        "Previous Secret", help="While the secret is being changed: events are signed with both."
    )
    clarity_emit_order = fields.Boolean("Order Status", help="Tell the storefront when an order's status changes.")
    clarity_emit_shipment = fields.Boolean("Shipments", help="Tell the storefront of deliveries and their tracking.")
    clarity_emit_stock = fields.Boolean("Stock", help="Tell the storefront when a quantity that can be sold changes.")
    clarity_emit_invoice = fields.Boolean("Invoices", help="Tell the storefront of invoices and what is due on them.")
    clarity_emit_return = fields.Boolean("Returns", help="Tell the storefront of goods received and money paid back.")
    clarity_match_payments = fields.Boolean(
        "Match Payments",
        help="An invoice that is posted is matched with the payments that the storefront has captured for its order.",
    )
    clarity_emit_product = fields.Boolean("Products", help="Tell the storefront when a product for sale changes.")
    clarity_emit_price = fields.Boolean("Price Lists", help="Tell the storefront when a rule of a price list changes.")
    clarity_emit_customer = fields.Boolean(
        "Customers", help="Tell the storefront when a registered customer's data, credit or hold changes."
    )
    clarity_write_together = fields.Boolean(
        "Confirm Together",
        help="Make what the storefront orders of one call need all at once: transfers, references, notes and "
        "reservations. The records are those of Odoo's own way, order by order, which is gone where another "
        "app has its own say, and always with this off.",
    )
    clarity_defer_reservation = fields.Boolean(
        "Reserve Right After Confirming",
        help="Reserve the stock of storefront orders in a second, short transaction, so that many orders of one "
        "product do not wait for each other. Off: Odoo's own way, in one transaction.",
    )
    clarity_status = fields.Char("Clarity Status", compute="_compute_clarity_status")
    clarity_stopped = fields.Boolean(compute="_compute_clarity_status")

    @api.model
    def get_values(self):
        get = self.env["clarity.event"]._parameters().get_param
        return (
            super().get_values()
            | {name: get(parameter) or False for name, parameter in _TEXTS.items()}
            | {name: is_on(self.env, parameter) for name, parameter in _SWITCHES.items()}
        )

    def set_values(self):
        result = super().set_values()
        parameters = self.env["clarity.event"]._parameters()
        if any(self[name] for name in _TEXTS):
            self._check_clarity_endpoint()
        if (self.clarity_url or "") != (parameters.get_param(URL) or ""):
            # Another receiver has not said that it is gone.
            parameters.set_param(STOPPED, False)
        for name, parameter in _TEXTS.items():
            parameters.set_param(parameter, (self[name] or "").strip() or False)
        for name, parameter in _SWITCHES.items():
            parameters.set_param(parameter, "1" if self[name] else "0")
        return result

    def action_clarity_connect(self):
        """Make the service user and its key, and let the bridge and this database learn of each other."""
        done, sentence = self.env["clarity.pairing"]._connect(self.clarity_code, self._clarity_roles())
        if not done:
            return self._clarity_notice("danger", sentence)
        notice = self._clarity_notice("success", sentence)
        # The form still holds what was set before: saved, it would undo the connection.
        notice["params"]["next"] = {"type": "ir.actions.client", "tag": "soft_reload"}
        return notice

    def action_clarity_test(self):
        """Send a harmless event with what stands in the form and say what came back."""
        self._check_clarity_endpoint()
        product = self.env.ref("clarity_bridge.product_shipping")
        data = {"product_id": product.id, "sku": product.default_code or None}
        # It also completes a pairing whose own event did not get through.
        event = (0, f"{HELLO}{uuid.uuid4().hex}", body_of("stock.changed", iso(fields.Datetime.now()), data))
        answer = send(self._clarity_endpoint(), event)
        return self._clarity_notice(*self._clarity_verdict(answer))

    def action_clarity_send(self):
        """Send what waits now, held back or not."""
        self._clarity_events().search([("state", "in", ("pending", "failed"))]).action_send_again()
        return self._clarity_notice("success", self.env._("Sending has begun."))

    def action_clarity_resume(self):
        """Switch sending on again after the receiver had answered 410 Gone."""
        self.env["clarity.event"]._parameters().set_param(STOPPED, False)
        return self.action_clarity_send()

    @api.depends("clarity_url")
    def _compute_clarity_paired(self):
        known = self.env["clarity.pairing"]._paired()
        for settings in self:
            settings.clarity_paired = bool(known) and settings._clarity_paired_sentence(known)

    def _clarity_paired_sentence(self, known):
        if not (self.clarity_url or "").startswith(known["bridge"]):
            return False
        ends_at = fields.Date.to_string(fields.Datetime.from_string(known["key_ends_at"][:19].replace("T", " ")))
        return self.env._(
            "%(bridge)s, as %(login)s. The key ends on %(date)s; the bridge replaces it with a click.",
            bridge=known["bridge"],
            login=known["login"],
            date=ends_at,
        )

    @api.depends("clarity_url", "clarity_secret")
    def _compute_clarity_status(self):
        Event = self._clarity_events()
        summary = Event._summary()
        failed = Event.search_count([("state", "=", "failed")])
        last = Event.search([("state", "=", "pending"), ("attempts", ">", 0)], order="write_date desc", limit=1)
        for settings in self:
            settings.clarity_stopped = bool(Event._parameters().get_param(STOPPED))
            settings.clarity_status = settings._clarity_sentence(summary, failed, last)

    def _clarity_sentence(self, summary, failed, last):
        env = self.env
        if self.clarity_stopped:
            return env._("Sending is off: the bridge answered that this address is gone (410).")
        if not summary["sending"]:
            return env._(
                "Nothing is sent until the address and the secret are saved; %s events wait.", summary["pending"]
            )
        sentence = env._("%s events wait.", summary["pending"]) if summary["pending"] else env._("All events are sent.")
        if last:
            sentence += " " + env._("The last attempt failed: %s.", last.last_error)
        if failed:
            sentence += " " + env._("%s were given up.", failed)
        return sentence

    def _clarity_events(self):
        # sudo: whoever may change the settings may know how the outbox does, without being a sales manager.
        return self.env["clarity.event"].sudo()

    def _clarity_roles(self):
        names = ["group_service_accounting" if self.clarity_pair_accounting else "group_service"]
        if self.clarity_pair_products:
            names.append("group_service_products")
        return self.env["res.groups"].browse([self.env.ref(f"clarity_bridge.{name}").id for name in names])

    def _check_clarity_endpoint(self):
        url = urlsplit((self.clarity_url or "").strip())
        if url.scheme not in ("http", "https") or not url.hostname:
            example = "https://bridge.example/webhooks/odoo"
            raise UserError(self.env._("Bridge Address: enter the whole address, e.g. %s", example))
        for name in ("clarity_secret", "clarity_previous_secret"):
            secret = (self[name] or "").strip()
            if (secret or name == "clarity_secret") and not is_secret(secret):
                label = self._fields[name]._description_string(self.env)
                raise UserError(
                    self.env._("%s: copy it from the bridge; it is whsec_ and base64 of 24 to 64 bytes.", label)
                )

    def _clarity_endpoint(self):
        secrets = [(self.clarity_secret or "").strip(), (self.clarity_previous_secret or "").strip()]
        return Endpoint(self.clarity_url.strip(), tuple(filter(None, secrets)))

    def _clarity_verdict(self, answer):
        env = self.env
        if answer.accepted:
            return "success", env._("The bridge answered %s: address and secret are right.", answer.status)
        if answer.status == 0:
            return "danger", env._("Nothing answers at %(url)s: %(error)s.", url=self.clarity_url, error=answer.error)
        if answer.status == 401:
            return "danger", env._("The bridge refused the signature: the secret is not the one it knows.")
        if answer.status == 404:
            return "danger", env._("There is no door at this address; it usually ends in /webhooks/odoo.")
        return "danger", env._("The bridge answered %s.", answer.error)

    def _clarity_notice(self, kind, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": kind, "message": message, "sticky": kind == "danger"},
        }
