"""
A batch of operations: what is known is left alone, the rest is written in groups, and one bad operation fails alone.

A group is one savepoint. When something in it fails, it is rolled back and split in halves until the bad one stands
alone; an operation that is found wanting without an exception (totals, lines that may not change) withdraws and the
others are written again.
"""

from collections import defaultdict

from odoo.fields import Domain

from .bulk import bulk
from .group import Group, Withdraw
from .markers import Finder, marker, walk
from .operation import is_older
from .problems import is_conflict, located, outcome_of, problem
from .values import Converter


class Batch:
    def __init__(self, env, store, operations):
        self.env, self.store, self.operations = env, store, operations
        # (kind, ref) -> (model, record id) whose record exists; (kind, ref) -> link id of every link.
        self.records, self.links = {}, {}
        # Confirmed orders whose stock is reserved after the commit.
        self.to_reserve = []

    def run(self):
        for wave in _waves([operation for operation in self.operations if not operation.status]):
            self._load(wave)
            for operation in wave:
                self._decide(operation)
            todo = [operation for operation in wave if not operation.status]
            self._convert(todo)
            self._attempt([operation for operation in todo if not operation.status])

    def link(self, key):
        # sudo: links are the addon's own records, the service user has no rights on the table.
        return self.env["clarity.link"].sudo().browse(self.links.get(key))

    def _load(self, wave):
        keys = {operation.key for operation in wave}
        keys |= {record.key for operation in wave for record in operation.records}
        for operation in wave:
            for values in _every_value(operation):
                for name, argument in walk(values):
                    if name == "$ref" and isinstance(argument, str):
                        keys.add(tuple(argument.split(":", 1)))
        refs = defaultdict(list)
        for kind, *ref in keys:
            refs[kind] += ref
        domain = Domain("store", "=", self.store) & Domain.OR(
            Domain("kind", "=", kind) & Domain("clarity_ref", "in", some) for kind, some in refs.items()
        )
        # sudo: links are the addon's own records, the service user has no rights on the table.
        links = self.env["clarity.link"].sudo().search(domain)
        self.links |= {(link.kind, link.clarity_ref): link.id for link in links}
        for model, some in links.grouped("res_model").items():
            alive = set(self.env[model].browse(some.mapped("res_id")).exists().ids) if model in self.env else set()
            for link in some:
                if link.res_id in alive:
                    self.records[link.kind, link.clarity_ref] = model, link.res_id

    def _decide(self, operation):
        env, link = self.env, self.link(operation.key)
        if operation.model not in env or env[operation.model]._abstract or env[operation.model]._transient:
            message = env._("Odoo has no model %s.", operation.model)
            return operation.fail("correct", problem("invalid_value", message, "/model", operation.model))
        for record in operation.records:
            if record.model not in env or env[record.model]._abstract or env[record.model]._transient:
                message = env._("Odoo has no model %s.", record.model)
                operation.fail("correct", problem("invalid_value", message, f"{record.pointer}/model", record.model))
        if operation.status or not link:
            return None
        model, operation.record_id = self.records.get(operation.key, (link.res_model, None))
        if model != operation.model:
            message = env._("It is linked to a record of %s already.", model)
            return operation.fail("correct", problem("invalid_value", message, "/model", operation.model))
        if not operation.record_id:
            message = env._(
                "%s %s was deleted in Odoo. Remove its link under Clarity > Links to have it created again.",
                env[model]._description,
                link.res_id,
            )
            return operation.fail("review", problem("not_found", message))
        operation.same = link.hash == operation.hash
        if operation.same:
            if is_older(link.version, than=operation.version):
                link.version = operation.version
        elif is_older(operation.version, than=link.version):
            operation.status = "stale"
        return None

    def _convert(self, operations):
        writing = [operation for operation in operations if not operation.same]
        for company, some in self._by_company(writing):
            self._convert_for(company, some)

    def _by_company(self, operations):
        """The order's company decides which of two records of one name is meant; without one, the user's own."""
        finder, groups = Finder(self.env), defaultdict(list)
        finder.prepare(operation.values.get("company_id") for operation in operations)
        for operation in operations:
            value = operation.values.get("company_id")
            name, argument = marker(value)
            # What is wrong with it is said where it is converted.
            found = finder.find(argument)[0] if name == "$find" else value
            groups[found if isinstance(found, int) and found else self.env.company.id].append(operation)
        return groups.items()

    def _convert_for(self, company, operations):
        finder = Finder(self.env, company)
        finder.prepare(values for operation in operations for values in _every_value(operation))
        converter = Converter(self.env, finder, self.records)
        for operation in operations:
            promised = {record.key: record.model for record in operation.ensure}
            operation.ready, problems = converter.convert(operation.model, operation.values, "", promised)
            if not operation.record_id:
                operation.ready_initial, faults = converter.convert(operation.model, operation.initial, "", promised)
                operation.ready_match, more = converter.match(operation, promised)
                problems += faults + more
            # What belongs to it may refer to it, and to one another.
            whole = promised | {operation.key: operation.model}
            whole |= {record.key: record.model for record in operation.attach}
            for records, known in ((operation.ensure, promised), (operation.attach, whole)):
                for record in records:
                    if record.key not in self.records:
                        pointer = f"{record.pointer}/values"
                        record.ready, faults = converter.convert(record.model, record.values, pointer, known)
                        record.ready_match, more = converter.match(record, known)
                        problems += faults + more
            if problems:
                denied = all(found["code"] == "access_denied" for found in problems)
                operation.fail("denied" if denied else "correct", *problems)

    def _attempt(self, operations):
        while operations:
            try:
                # What is computed at the savepoint's end belongs to the batch, too.
                with bulk(self.env), self.env.cr.savepoint():
                    group = Group(self, operations)
                    group.write()
            except Withdraw:
                operations = [operation for operation in operations if not operation.status]
                continue
            except Exception as exc:  # noqa: BLE001 - every failure becomes the answer of the operation it belongs to
                self._failed(operations, exc)
            else:
                group.settle()
            return

    def _failed(self, operations, exc):
        if len(operations) > 1 and not is_conflict(exc):
            half = len(operations) // 2
            self._attempt(operations[:half])
            self._attempt(operations[half:])
            return
        status, fault = outcome_of(self.env, exc)
        if status is None:
            raise exc
        for operation in operations:
            operation.fail(status, located(operation, fault))


def _every_value(operation):
    yield operation.values
    yield operation.initial
    yield operation.match
    for record in operation.records:
        yield record.values
        yield record.match


def _waves(operations):
    """An operation that refers to another one's record, or changes the same one, comes in a later wave.

    So does one whose record an earlier operation needs: by then it is there.
    """
    waves, wave_of, needed = [], {}, {}
    for operation in operations:
        before = [wave_of.get(operation.key), needed.get(operation.key)]
        before += [wave_of.get(record.key) for record in operation.records]
        for values in _every_value(operation):
            for name, argument in walk(values):
                if name == "$ref" and isinstance(argument, str):
                    before.append(wave_of.get(tuple(argument.split(":", 1))))
        number = 1 + max((wave for wave in before if wave is not None), default=-1)
        wave_of[operation.key] = number
        for record in operation.records:
            needed[record.key] = max(number, needed.get(record.key, 0))
        if number == len(waves):
            waves.append([])
        waves[number].append(operation)
    return waves
