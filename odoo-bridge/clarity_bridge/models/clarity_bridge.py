import json
from collections import defaultdict

from odoo import api, models, release
from odoo.exceptions import AccessError, UserError
from odoo.modules.module import get_manifest

from ..tools import orders
from ..tools.batch import Batch
from ..tools.choices import read_choices
from ..tools.documents import read_document
from ..tools.emission import SETTING_OF, is_on
from ..tools.history import read_history
from ..tools.master_state import READERS
from ..tools.operation import instant, parse
from ..tools.product_facts import read_product_facts
from ..tools.rates import read_rates
from ..tools.state import held_orders, iso, read_invoices, read_orders, read_pickings, read_returns, read_stock

_MAX_OPERATIONS = 200
_MAX_REFS = 1000
_MAX_PENDING = 5000
_MAX_MODELS = 50
_MAX_REQUESTS = 50
_MAX_EVENTS = 1000
_ALWAYS = ("string", "type", "required", "readonly")
# What the flows of the bridge need of the calling user.
_RIGHTS = {
    "res.partner": "read write create",
    "sale.order": "read write create",
    "sale.order.line": "read write create unlink",
    "product.product": "read",
    "account.tax": "read",
    "res.country": "read",
    "res.country.state": "read",
    "res.currency": "read",
    "res.currency.rate": "read",
    "stock.warehouse": "read",
    "stock.location": "read",
    "stock.quant": "read",
    "stock.picking": "read",
    "stock.move": "read",
    "delivery.carrier": "read",
}
# What an entity needs besides, where it is switched on in this direction.
_RIGHTS_OF = {
    "customer": {"product.pricelist": "read"},
    "product": {
        "product.category": "read create",
        "product.template": "read write create",
        "product.product": "read write create",
        "product.attribute": "read create",
        "product.attribute.value": "read create",
        "product.template.attribute.line": "read write create",
        "product.template.attribute.value": "read write create",
        "uom.uom": "read",
    },
    "payment": {
        "account.payment": "read write create",
        "account.journal": "read",
        "account.account": "read",
        "account.move": "read write create",
    },
    "return": {
        "clarity.return": "read write create",
        "stock.picking": "read write create",
        "stock.move": "read write create",
        "account.move": "read write create",
    },
    "invoice": {"account.move": "read"},
}
_ATTRIBUTES = ["string", "help", "type", "required", "readonly", "store", "relation", "size", "selection"]


class ClarityBridge(models.AbstractModel):
    """The methods of openapi.yaml. One call is one transaction and may be repeated."""

    _name = "clarity.bridge"
    _description = "Clarity Bridge"

    @api.model
    def apply(self, store, operations):
        self._check_service()
        self._check_text(store, "store")
        if not isinstance(operations, list) or not 0 < len(operations) <= _MAX_OPERATIONS:
            raise UserError(self.env._("apply takes 1 to %s operations.", _MAX_OPERATIONS))
        batch = Batch(self.env, store, [parse(raw) for raw in operations])
        batch.run()
        self.env["clarity.link"]._reserve_after_commit(batch.to_reserve)
        return {"results": self._results(batch)}

    @api.model
    def pull(self, limit=200):
        self._check_service()
        if not isinstance(limit, int) or not 0 < limit <= _MAX_EVENTS:
            raise UserError(self.env._("limit is a number from 1 to %s.", _MAX_EVENTS))
        self.env["clarity.link"]._reserve_left_over()
        self._outbox()._merge_unless_sending()
        events = self._outbox()._unacknowledged(limit)
        return {"events": [{"webhook_id": event.uid, "body": json.loads(event.payload)} for event in events]}

    @api.model
    def ack(self, webhook_ids):
        self._check_service()
        self._check_texts(webhook_ids, "webhook_ids", _MAX_EVENTS)
        return {"acknowledged": self._outbox()._acknowledge(webhook_ids)}

    @api.model
    def read_state(self, store, kind, refs, pending_orders=()):
        self._check_service()
        self._check_text(store, "store")
        self._check_texts(refs, "refs", _MAX_REFS)
        # The transaction began before its snapshot: no number can be older than the instant it carries.
        state = {"as_of": iso(self.env.cr.now())}
        if kind == "order":
            return state | {"orders": read_orders(self.env, store, refs)}
        if kind == "picking":
            return state | {"pickings": read_pickings(self.env, store, refs)}
        if kind == "stock":
            self._check_texts(pending_orders, "pending_orders", _MAX_PENDING)
            return state | {
                "stock": read_stock(self.env, refs),
                "held": held_orders(self.env, store, list(pending_orders)),
            }
        if kind == "invoice":
            return state | {"invoices": read_invoices(self.env, store, refs)}
        if kind == "return":
            return state | {"returns": read_returns(self.env, store, refs)}
        if read := READERS.get(kind):
            return state | read(self.env, store, refs)
        kinds = "order, picking, stock, invoice, return, product, partner, price"
        raise UserError(self.env._("kind is one of %s.", kinds))

    @api.model
    def document(self, store, kind, ref):
        self._check_service()
        self._check_text(store, "store")
        self._check_text(ref, "ref")
        if kind != "invoice":
            raise UserError(self.env._("kind is invoice."))
        return {"document": read_document(self.env, store, ref)}

    @api.model
    @api.readonly
    def read_rates(self, store, orders):
        self._check_service()
        self._check_text(store, "store")
        names = {"ref", "currency", "date"}
        if not isinstance(orders, list) or len(orders) > _MAX_OPERATIONS:
            raise UserError(self.env._("read_rates takes at most %s orders.", _MAX_OPERATIONS))
        for order in orders:
            texts = isinstance(order, dict) and set(order) == names and all(isinstance(v, str) for v in order.values())
            if not texts or instant(order["date"]) is None:
                raise UserError(self.env._("Each order has a ref, a currency and a date."))
        return {"company_currency": self.env.company.currency_id.name, "rates": read_rates(self.env, store, orders)}

    @api.model
    @api.readonly
    def describe(self, models):
        self._check_service()
        self._check_texts(models, "models", _MAX_MODELS)
        readable = [name for name in models if name in self.env and self.env[name].has_access("read")]
        return {"models": {name: self._describe(name) for name in readable}}

    @api.model
    @api.readonly
    def product_facts(self, skus):
        self._check_service()
        self._check_texts(skus, "skus", _MAX_REFS)
        return {"products": read_product_facts(self.env, skus)}

    @api.model
    @api.readonly
    def read_history(self, store, customers):
        self._check_service()
        self._check_text(store, "store")
        if not isinstance(customers, list) or len(customers) > _MAX_OPERATIONS:
            raise UserError(self.env._("read_history takes at most %s customers.", _MAX_OPERATIONS))
        for one in customers:
            texts = isinstance(one, dict) and set(one) == {"customer", "order"}
            if not texts or not all(isinstance(ref, str) for ref in one.values()):
                raise UserError(self.env._("Each customer has the references customer and order."))
        return {"histories": read_history(self.env, store, customers)}

    @api.model
    @api.readonly
    def choices(self, requests):
        self._check_service()
        if not isinstance(requests, list) or not all(isinstance(one, dict) for one in requests):
            raise UserError(self.env._("requests is a list of objects."))
        if len(requests) > _MAX_REQUESTS:
            raise UserError(self.env._("requests has at most %s entries.", _MAX_REQUESTS))
        return {"choices": [read_choices(self.env, request) for request in requests]}

    @api.model
    @api.readonly
    def ping(self):
        self._check_service()
        company = self.env.company
        outbox = self._outbox()._summary()
        return {
            "module_version": get_manifest("clarity_bridge")["version"],
            "odoo_version": release.version,
            "database": self.env.cr.dbname,
            "company": {"id": company.id, "name": company.name, "currency": company.currency_id.name},
            "user": {"id": self.env.uid, "login": self.env.user.login},
            "missing_rights": self._missing_rights(_RIGHTS),
            "missing_by_entity": {entity: self._missing_rights(rights) for entity, rights in _RIGHTS_OF.items()},
            "time": iso(self.env.cr.now()),
            "warehouses": [
                {"code": warehouse.code, "name": warehouse.name} for warehouse in self.env["stock.warehouse"].search([])
            ],
            "entities": {
                "order": is_on(self.env, SETTING_OF["order"]),
                "shipment": is_on(self.env, SETTING_OF["picking_done"]),
                "stock": is_on(self.env, SETTING_OF["stock"]),
                "invoice": is_on(self.env, SETTING_OF["invoice"]),
                "return": is_on(self.env, SETTING_OF["return"]),
                "product": is_on(self.env, SETTING_OF["product"]),
                "price": is_on(self.env, SETTING_OF["price"]),
                "customer": is_on(self.env, SETTING_OF["partner"]),
            },
            "outbox": outbox | {"oldest_at": outbox["oldest_at"] and iso(outbox["oldest_at"])},
        }

    def _describe(self, model):
        fields = self.env[model].fields_get(attributes=_ATTRIBUTES)
        return {
            name: {key: value for key, value in field.items() if value is not None or key in _ALWAYS}
            | ({"filled": True} if field["required"] and self._fills(model, name) else {})
            for name, field in fields.items()
        }

    def _fills(self, model, name):
        """Whether Odoo gives a new record this field's value where nobody else does."""
        field = self.env[model]._fields[name]
        delegates = name in self.env[model]._inherits.values()
        return bool(field.default or field.compute or field.related or delegates)

    def _outbox(self):
        # sudo: the outbox is the addon's own table, the service user has no rights on it.
        return self.env["clarity.event"].sudo()

    def _check_service(self):
        if not self.env.user.has_group("clarity_bridge.group_service"):
            raise AccessError(self.env._("Only a user of the group Clarity Bridge / Service User may call the bridge."))

    def _check_text(self, value, name):
        if not isinstance(value, str) or not 0 < len(value) <= 64:
            raise UserError(self.env._("%s is a text of 1 to 64 characters.", name))

    def _check_texts(self, values, name, most):
        if not isinstance(values, (list, tuple)) or len(values) > most or not all(isinstance(v, str) for v in values):
            raise UserError(self.env._("%(name)s is a list of at most %(most)s texts.", name=name, most=most))

    def _results(self, batch):
        done = [op for op in batch.operations if op.record_id]
        order_ids = [op.record_id for op in done if op.model == "sale.order"]
        links = {
            op.record_id: (op.ref, batch.link(op.key).version, batch.link(op.key).reservation_pending)
            for op in done
            if op.model == "sale.order"
        }
        states = orders.states(self.env["sale.order"].browse(order_ids), links)
        names = self._names(done)
        return [self._result(op, states, names) for op in batch.operations]

    def _names(self, operations):
        """(model, id) -> name; the records of a model are read at once."""
        ids = defaultdict(list)
        for operation in operations:
            ids[operation.model].append(operation.record_id)
        return {
            (model, record.id): record.display_name
            for model, some in ids.items()
            for record in self.env[model].browse(some)
        }

    def _result(self, operation, states, names):
        result = {"id": operation.id, "status": operation.status}
        if operation.record_id:
            key = operation.model, operation.record_id
            result |= {"res_id": operation.record_id, "name": names[key]}
            if operation.model == "sale.order":
                result["order"] = states[operation.record_id]
        if operation.problems:
            result["problems"] = operation.problems
            result["message"] = operation.problems[0]["message"]
        if operation.computed:
            result["computed"] = operation.computed
        if operation.differences:
            result["differences"] = operation.differences
        return result

    def _missing_rights(self, rights):
        missing = []
        for model, operations in rights.items():
            wanting = [name for name in operations.split() if not self.env[model].has_access(name)]
            missing += [f"{name} {self.env[model]._description}" for name in wanting]
        return missing
