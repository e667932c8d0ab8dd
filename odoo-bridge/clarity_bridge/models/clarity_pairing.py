import json
import uuid
from datetime import timedelta

from odoo import Command, api, fields, models, release
from odoo.exceptions import UserError
from odoo.modules.module import get_manifest

from ..tools import pairing
from ..tools.delivery import Endpoint, send
from ..tools.emission import body_of
from ..tools.signature import is_secret
from ..tools.state import iso
from ..tools.transactions import alone, in_transaction
from .clarity_event import PREVIOUS_SECRET, SECRET, STOPPED, URL

#: What is known of the bridge that this database is connected with: a JSON object.
PAIRED = "clarity_bridge.paired"
LOGIN = "clarity-bridge"
# Keys of this name come from pairing and from nowhere else.
_KEY_NAME = "Clarity Bridge (paired)"
#: By it the bridge knows the event that proves that Odoo reaches it.
HELLO = "pair_"


class ClarityPairing(models.AbstractModel):
    """Connects this database with a bridge by the code that the bridge shows.

    Everything is done with the rights of the administrator who pressed the button. The key has to be in the database
    before the bridge is asked, because the bridge tries it before it answers: so there are transactions of their own,
    one at a time, and each press may be repeated: the user is found again, the key before is revoked.
    """

    _name = "clarity.pairing"
    _description = "Clarity Pairing"

    @api.model
    def _connect(self, text, roles):
        """
        :param text: the code as it was pasted
        :param roles: the groups of the service user
        :return: (whether all is well, a sentence for a person)
        """
        code = self._code(text)
        with alone(self.env.registry, "pairing"):
            made = self._own_transaction(lambda me: me._make_key(roles.ids))
            reply = pairing.ask(code, made["facts"])
            if not self._is_taken(reply):
                if not reply.lost:
                    # Nobody has it: the bridge said so.
                    self._own_transaction(lambda me: me._revoke(made["key_id"]))
                return False, self._refusal(code, reply)
            self._own_transaction(lambda me: me._keep(code, made, reply.body))
        return self._say_hello(code, reply.body)

    @api.model
    def _paired(self):
        """:return: what is known of the bridge; empty where there is none"""
        # sudo: a system parameter, of which people who may see a button are told the address of the panel only.
        return json.loads(self.env["ir.config_parameter"].sudo().get_param(PAIRED) or "{}")

    def _own_transaction(self, work):
        uid, context = self.env.uid, {"lang": self.env.lang}
        return in_transaction(self.env.registry, lambda env: work(env(user=uid, context=context)[self._name]))

    def _code(self, text):
        env = self.env
        code = pairing.parse(text)
        if not code:
            raise UserError(
                env._("Pairing Code: this is not a whole code. Copy it again in the bridge's panel under Connections.")
            )
        if not pairing.is_guarded(code):
            raise UserError(
                env._(
                    "Pairing Code: it leads to %s, where the key would travel unencrypted. Let the bridge be reached "
                    "by https:// (its PUBLIC_URL) and make a new code.",
                    code.bridge,
                )
            )
        return code

    def _make_key(self, role_ids):
        user = self._service_user(role_ids)
        days = max(user.all_group_ids.mapped("api_key_duration"), default=0) or 1
        ends_at = fields.Datetime.now() + timedelta(days=days)
        key = self.env(user=user)["res.users.apikeys"]._generate(None, _KEY_NAME, ends_at)
        parameter = self.env["ir.config_parameter"].get_param
        return {
            "key_id": max(self._own_keys(user).ids),
            "user_id": user.id,
            "facts": {
                "url": parameter("web.base.url") or "",
                "database": self.env.cr.dbname,
                "instance": parameter("database.uuid") or self.env.cr.dbname,
                "login": user.login,
                "key": key,
                "key_ends_at": iso(ends_at),
                "module_version": get_manifest("clarity_bridge")["version"],
                "odoo_version": release.version,
            },
        }

    def _service_user(self, role_ids):
        """The one there is, or a new one with these roles and no other."""
        users = self.env["res.users"].with_context(active_test=False, no_reset_password=True)
        user = users.search([("login", "=", LOGIN)])
        if not user:
            values = {"name": "Clarity Bridge", "login": LOGIN, "group_ids": [Command.set(role_ids)]}
            return users.create(values)
        if self.env.ref("clarity_bridge.group_service") not in user.all_group_ids:
            raise UserError(
                self.env._(
                    "There is a user %s already, which is none of the bridge's. Give it another login, or the role "
                    "Clarity Bridge: Service User, and press Connect again.",
                    LOGIN,
                )
            )
        user.write({"active": True, "group_ids": [Command.link(role_id) for role_id in role_ids]})
        return user

    def _own_keys(self, user):
        return self.env["res.users.apikeys"].search([("user_id", "=", user.id), ("name", "=", _KEY_NAME)])

    def _revoke(self, key_id):
        self.env["res.users.apikeys"].browse(key_id).exists()._remove()

    def _is_taken(self, reply):
        return reply.status == 200 and is_secret(str(reply.body.get("webhook_secret"))) and "webhook_url" in reply.body

    def _keep(self, code, made, answer):
        """The bridge calls with the new key: keys of pressings before, whose answers may have been lost, go."""
        user = self.env["res.users"].browse(made["user_id"])
        self._own_keys(user).filtered(lambda key: key.id != made["key_id"])._remove()
        parameters = self.env["ir.config_parameter"]
        parameters.set_param(URL, answer["webhook_url"])
        parameters.set_param(SECRET, answer["webhook_secret"])
        parameters.set_param(PREVIOUS_SECRET, False)
        parameters.set_param(STOPPED, False)
        known = {
            "bridge": code.bridge,
            "panel": answer.get("panel_url") or "",
            "at": iso(fields.Datetime.now()),
            "login": user.login,
            "key_ends_at": made["facts"]["key_ends_at"],
        }
        parameters.set_param(PAIRED, json.dumps(known))

    def _say_hello(self, code, answer):
        """The bridge says connected once an event of ours has reached it."""
        product = self.env.ref("clarity_bridge.product_shipping")
        data = {"product_id": product.id, "sku": product.default_code or None}
        body = body_of("stock.changed", iso(fields.Datetime.now()), data)
        endpoint = Endpoint(answer["webhook_url"], (answer["webhook_secret"],))
        heard = send(endpoint, (0, f"{HELLO}{uuid.uuid4().hex}", body))
        if heard.accepted:
            return True, self.env._("Connected with %s.", code.bridge)
        if heard.status == 401:
            return False, self.env._(
                "The bridge calls Odoo, and refuses what Odoo signs: most likely a clock is more than five minutes "
                "off. Switch time synchronisation on at both servers, then press Test Connection."
            )
        return False, self.env._(
            "The bridge calls Odoo, and Odoo's events do not reach it at %(url)s (%(error)s). Mend the way there, then "
            "press Test Connection.",
            url=answer["webhook_url"],
            error=heard.error or heard.status,
        )

    def _refusal(self, code, reply):
        env = self.env
        if reply.body.get("detail"):
            return f"{reply.body['detail']} {reply.body.get('remedy') or ''}".strip()
        if reply.status == 0:
            return env._(
                "Odoo does not reach the bridge at %(url)s: %(error)s. Let Odoo's server reach this address (name, "
                "firewall, certificate), then press Connect again; the code stays good.",
                url=code.bridge,
                error=reply.error,
            )
        if reply.status < 400 or reply.status == 404:
            return env._(
                "At %s stands something that is not the bridge, or an older one. Check its PUBLIC_URL and make a new "
                "code.",
                code.bridge,
            )
        return env._("The bridge answered %s. Press Connect again; the code stays good.", reply.error)
