"""The writes of a group of operations in one savepoint: claim links, make what is needed, create, update, follow up."""

from collections import defaultdict

from odoo.fields import Date

from . import amounts, checks, orders, payments, returns, variants
from .adopt import adopt, refuse_shared
from .changes import changes, creation
from .defaults import with_defaults
from .edits import Edit
from .emission import changed
from .ensure import make
from .problems import problem
from .reservation import deferring
from .values import with_ids


class Withdraw(Exception):
    """Some operations of the group have got a status of their own; the rest is to be written without them."""


class Group:
    def __init__(self, batch, operations):
        self.batch, self.env, self.operations = batch, batch.env, operations
        # What it made or adopted: (kind, ref) -> (model, id); the operations that adopted; the links it claimed.
        self.made, self.adopted, self.claimed = {}, set(), {}
        self.changed, self.deferred = set(), self.env["sale.order"]
        # Product variants that are to be made: operation -> the options of their template.
        self.combinations = {}
        # Orders that were made, confirmed or cancelled: told to the storefront whatever Odoo wrote when.
        self.restated = set()
        self.posted = set()

    def write(self):
        new = [operation for operation in self.operations if not operation.record_id]
        self._lock([operation for operation in self.operations if operation.record_id])
        needed = self._needed()
        attached = self._attached(needed)
        self._claim(new, needed | attached)
        make(self, needed)
        variants.find(self, new)
        adopt(self, [operation for operation in new if operation not in self.adopted])
        self._create([operation for operation in new if operation not in self.adopted])
        self._update([op for op in self.operations if (op.record_id and not op.same) or op in self.adopted])
        make(self, attached)
        self._check_totals()
        self._check_business()
        self._follow()
        self._keep_links(needed | attached)
        self._match_payments()

    def settle(self):
        """Take over what is now certain."""
        self.batch.records |= self.made
        self.batch.links |= self.claimed
        self.batch.to_reserve += self.deferred.ids
        for operation in self.operations:
            if not operation.record_id:
                operation.record_id = self.made[operation.key][1]
                operation.status = "updated" if operation in self.adopted else "created"
            elif operation in self.changed:
                operation.status = "updated"
            else:
                operation.status = "unchanged"

    def withdraw(self, operation, status, *problems):
        operation.fail(status, *problems)

    def go_on(self):
        """Stop here if any operation has withdrawn."""
        if any(operation.status for operation in self.operations):
            raise Withdraw

    def record(self, operation):
        return self.env[operation.model].browse(operation.record_id or self.made[operation.key][1])

    def ids(self):
        """(kind, ref) -> id of what operations of this group may refer to."""
        return {key: record[1] for key, record in (self.batch.records | self.made).items()}

    def _lock(self, operations):
        links = {self.batch.links[operation.key]: operation for operation in operations}
        if not links:
            return
        # A row that another call is changing is skipped: its operation lost the race, the others go on.
        self.env.cr.execute(
            "SELECT id FROM clarity_link WHERE id = ANY(%s) ORDER BY id FOR UPDATE SKIP LOCKED",
            [list(links)],
            log_exceptions=False,
        )
        got = {row[0] for row in self.env.cr.fetchall()}
        for link, operation in links.items():
            if link not in got:
                self.withdraw(operation, "retry")
        self.go_on()

    def _needed(self):
        """Records that must be made first, once each, in the order they were asked for."""
        needed = {}
        for operation in self.operations:
            for record in () if operation.same else operation.ensure:
                if record.key not in self.batch.records:
                    # Two spellings of one guest: who comes first is the record, as if each came in its own call.
                    needed.setdefault(record.key, record)
        return needed

    def _attached(self, needed):
        """Records that belong to operations and are neither there nor made already."""
        return {
            record.key: record
            for operation in self.operations
            if not operation.same
            for record in operation.attach
            if record.key not in self.batch.records and record.key not in needed
        }

    def _claim(self, new, needed):
        """Insert the links first, so that a parallel call with the same record waits here and not after its work."""
        keys = sorted({operation.key for operation in new} | set(needed))
        keys = [key for key in keys if key not in self.batch.links]
        if not keys:
            return
        # Plain SQL: a lost race is no error worth a line in the server's log.
        self.env.cr.execute(
            """
            INSERT INTO clarity_link (store, kind, clarity_ref, create_uid, create_date, write_uid, write_date)
            SELECT %(store)s, kind, ref, %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM unnest(%(kinds)s::text[], %(refs)s::text[]) AS key(kind, ref)
         RETURNING id, kind, clarity_ref
            """,
            {
                "store": self.batch.store,
                "uid": self.env.uid,
                "kinds": [kind for kind, _ref in keys],
                "refs": [ref for _kind, ref in keys],
            },
            log_exceptions=False,
        )
        self.claimed = {(kind, ref): link for link, kind, ref in self.env.cr.fetchall()}

    def _create(self, operations):
        ids = self.ids()
        groups = defaultdict(list)
        for operation in operations:
            company = (operation.ready_initial | operation.ready).get("company_id") or False
            groups[operation.model, company].append(operation)
        for (model, company), some in groups.items():
            target = self.env[model].with_company(company) if company else self.env[model]
            values = [
                with_ids(operation.ready_initial | operation.ready, ids) | self.combinations.get(operation, {})
                for operation in some
            ]
            records = target.create(with_defaults(target, [creation(one) for one in values]))
            self.made |= {op.key: (model, record.id) for op, record in zip(some, records, strict=True)}
            self.changed.update(some)
            if model == "sale.order":
                self.restated.update(some)

    def _update(self, operations):
        ids = self.ids()
        refuse_shared(self, operations)
        for operation, record in self._together(operations):
            values = with_ids(operation.ready, ids)
            if operation.model == "sale.order" and "cancel" in operation.follow:
                # What a cancelled order would be does not matter any more; what became of its money does.
                values = {name: value for name, value in values.items() if name == "clarity_payment_ids"}
                if difference := changes(record, values):
                    record.write(difference)
                    self.changed.add(operation)
                continue
            difference = changes(record, values)
            if operation.model == "account.payment" and record.state != "draft":
                self._keep_payment(operation, record, difference)
            elif operation.model == "sale.order":
                self._update_order(operation, record, difference)
            elif difference:
                record.write(difference)
            self.changed.add(operation)
        self.go_on()

    def _keep_payment(self, operation, payment, difference):
        """A registered payment stays as it is booked; another amount is for a person."""
        if fixed := sorted({"amount", "currency_id", "partner_id", "payment_type"} & set(difference)):
            label = payment._fields[fixed[0]]._description_string(self.env)
            message = self.env._(
                "%(payment)s is registered: %(field)s cannot change.", payment=payment.name, field=label
            )
            self.withdraw(operation, "review", problem("not_editable", message, f"/{fixed[0]}"))
            return
        # Many a provider tells its fee a day later.
        fee = {name: difference[name] for name in ("clarity_fee", "clarity_fee_account_id") if name in difference}
        if fee and payment.clarity_fee_move_id:
            message = self.env._("The fee of %s is booked and cannot change.", payment.name)
            self.withdraw(operation, "review", problem("not_editable", message, "/clarity_fee"))
        elif fee:
            payment.write(fee)

    def _update_order(self, operation, order, difference):
        if fault := orders.cancelled_here(order):
            self.withdraw(operation, "review", fault)
        elif difference and order.state != "sale":
            order.write(difference)
        elif difference:
            edit = Edit(order, difference)
            if edit.problems:
                operation.differences = edit.differences
                self.withdraw(operation, "review", *edit.problems)
                return
            with deferring(self.env) as later:
                edit.write()
            self.deferred |= orders.with_deferred(order, later)
            self.restated.add(operation)

    def _together(self, operations):
        """Operations with their records, which are read at once."""
        models = defaultdict(list)
        for operation in operations:
            models[operation.model].append(operation)
        for model, some in models.items():
            yield from zip(some, self.env[model].browse(self.record(one).id for one in some), strict=True)

    def _check_totals(self):
        for operation in self.operations:
            if operation.expect and operation in self.changed and operation.model == "sale.order":
                if operation.accept_difference or "cancel" in operation.follow:
                    continue
                order = self.record(operation)
                fault = amounts.keep(order, operation.expect)
                if fault := fault or orders.total_fault(order, operation.expect):
                    operation.computed = orders.computed(order)
                    self.withdraw(operation, "review", fault)
        self.go_on()

    def _check_business(self):
        """What a person must see before the order is confirmed."""
        asked = {
            self.record(operation): operation
            for operation in self.operations
            if operation.checks and operation in self.changed and operation.model == "sale.order"
        }
        named = {
            order: operation.checks
            for order, operation in asked.items()
            if order.state in ("draft", "sent") and "cancel" not in operation.follow
        }
        if not named:
            return
        for order, found in checks.faults(self.env, named).items():
            self.withdraw(asked[order], "review", *found)
        self.go_on()

    def _follow(self):
        for operation in self.operations:
            if "cancel" in operation.follow and operation.model == "sale.order":
                if fault := orders.cancel_refusal(self.record(operation)):
                    self.withdraw(operation, "review", fault)
        self.go_on()
        self._confirm()
        self._cancel()
        self._invoice()
        self._post()
        self._pay_back()
        self._return()
        self.go_on()

    def _confirm(self):
        todo = []
        for operation in self.operations:
            if "confirm" in operation.follow and operation.model == "sale.order":
                if self.record(operation).state in ("draft", "sent"):
                    todo.append(operation)
        for company, some in _by_company(self, todo):
            for dated in (True, False):
                part = [self.record(one) for one in some if bool(one.ready.get("date_order")) is dated]
                if not part:
                    continue
                some_orders = self.env["sale.order"].concat(*part).with_company(company)
                with deferring(self.env) as later:
                    # Confirming sets the date of today; what the storefront says about it stands.
                    some_orders.with_context(clarity_dated=dated).action_confirm()
                self.deferred |= orders.with_deferred(some_orders, later)
        self.changed.update(todo)
        self.restated.update(todo)

    def _cancel(self):
        for operation in self.operations:
            if "cancel" in operation.follow and operation.model == "sale.order":
                if orders.cancel(self.record(operation)):
                    self.changed.add(operation)
                    self.restated.add(operation)

    def _post(self):
        """All of a company at once: one by one takes three times as long."""
        documents = defaultdict(list)
        for operation in self.operations:
            if "post" in operation.follow and operation.model in ("account.move", "account.payment"):
                documents[operation.model].append(operation)
        for model, asked in documents.items():
            todo = [operation for operation in asked if self.record(operation).state == "draft"]
            for company, some in _by_company(self, todo):
                records = self.env[model].browse(self.record(one).id for one in some)
                records.with_company(company).action_post()
            self.changed.update(todo)
            self.posted.update(todo)
        paid = {self.record(operation): operation for operation in documents["account.payment"]}
        for payment in payments.book_fees(self.env["account.payment"].concat(*paid)):
            self.changed.add(paid[payment])

    def _invoice(self):
        """One invoice per order: Odoo itself would put the orders of one customer together."""
        todo = []
        for operation in self.operations:
            if "invoice" in operation.follow and operation.model == "sale.order":
                order = self.record(operation)
                if order.state == "sale" and order.invoice_status == "to invoice":
                    todo.append(operation)
        for company, some in _by_company(self, todo):
            orders_of_company = [self.record(operation).with_company(company) for operation in some]
            invoices = [order._create_invoices(final=True) for order in orders_of_company]
            self.env["account.move"].with_company(company).concat(*invoices).action_post()
        self.changed.update(todo)

    def _pay_back(self):
        for operation in self.operations:
            if "refund" in operation.follow and operation.model == "sale.order":
                order = self.record(operation)
                made, fault = payments.pay_back(order, Date.context_today(order))
                if fault:
                    self.withdraw(operation, "review", fault)
                elif made:
                    self.changed.add(operation)

    def _return(self):
        for operation in self.operations:
            if operation.model != "clarity.return":
                continue
            record = self.record(operation)
            fault = returns.fault_of(record)
            made = False
            for name, act in (("receive", returns.receive), ("refund", returns.refund)):
                if name in operation.follow and not fault:
                    done, fault = act(record)
                    made |= done
            if "validate" in operation.follow and not fault:
                made |= returns.validate(record)
            if "cancel" in operation.follow and not fault:
                made |= returns.reject(record)
            if fault:
                self.withdraw(operation, "review", fault)
            elif made:
                self.changed.add(operation)

    def _match_payments(self):
        """A payment that comes after its order was invoiced settles the invoice."""
        refs = {op.ref.rpartition("/")[0] for op in self.posted if op.model == "account.payment"}
        if not refs:
            return
        # sudo: links are the addon's own records, the service user has no rights on the table.
        links = self.env["clarity.link"].sudo()
        known = links.search(
            [("store", "=", self.batch.store), ("kind", "=", "order"), ("clarity_ref", "in", list(refs))]
        )
        some = self.env["sale.order"].browse(known.mapped("res_id")).exists()
        payments.match_orders(some.filtered(lambda order: any(order.order_line.mapped("qty_invoiced"))))

    def _keep_links(self, needed):
        # sudo: links are the addon's own records, the service user has no rights on the table.
        Link = self.env["clarity.link"].sudo()
        links = self.batch.links | self.claimed
        for key, record in needed.items():
            model, res_id = self.made[key]
            Link.browse(links[key]).write({"res_model": model, "res_id": res_id, "version": record.version})
        deferred = set(self.deferred.ids)
        changed(self.env, "order", [self.record(op).id for op in self.operations if op in self.restated])
        for operation in self.operations:
            record = self.record(operation)
            if operation not in self.changed:
                continue
            values = {
                "res_model": operation.model,
                "res_id": record.id,
                "version": operation.version,
                "hash": operation.hash,
                "traceparent": operation.traceparent,
            }
            if operation.model == "sale.order" and record.id in deferred:
                values["reservation_pending"] = True
            Link.browse(links[operation.key]).write(values)


def _by_company(group, operations):
    companies = defaultdict(list)
    for operation in operations:
        companies[group.record(operation).company_id].append(operation)
    return companies.items()
