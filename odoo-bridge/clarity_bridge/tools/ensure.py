"""Records that operations need or that belong to them: linked if one matches, else created, flat and in groups."""

from collections import defaultdict

from .markers import Finder, _names
from .operation import canonical
from .problems import problem
from .values import refs_of, with_ids


def make(group, needed):
    """Fill `group.made` for every needed record. A record that refers to another one comes after it."""
    waiting = dict(needed)
    while waiting:
        level = {
            key: record
            for key, record in waiting.items()
            if not (refs_of(record.ready) | refs_of(record.ready_match)) & set(waiting)
        }
        if not level:
            _refuse(group, waiting, problem("invalid_value", group.env._("These records refer to each other.")))
        _make_level(group, level)
        waiting = {key: record for key, record in waiting.items() if key not in level}


def _make_level(group, level):
    ids = group.ids()
    # Records of one match are one record, whatever their references: the second would have found the first.
    distinct = defaultdict(list)
    for record in level.values():
        record_match = with_ids(record.ready_match, ids)
        same = canonical(record_match) if record_match else record.key
        distinct[record.model, same].append(record)
    _link_matches(group, distinct, ids)
    by_model = defaultdict(list)
    for (model, _same), records in distinct.items():
        if records[0].key not in group.made:
            by_model[model, records[0].ready.get("company_id") or False].append(records)
    for (model, company), some in by_model.items():
        target = group.env[model].with_company(company) if company else group.env[model]
        made = target.create([with_ids(records[0].ready, ids) for records in some])
        for records, one in zip(some, made, strict=True):
            group.made |= {record.key: (model, one.id) for record in records}


def _link_matches(group, distinct, ids):
    by_model = defaultdict(list)
    for (model, _same), records in distinct.items():
        if records[0].match:
            by_model[model].append(records)
    for model, some in by_model.items():
        matches = [with_ids(records[0].ready_match, ids) for records in some]
        for records, found in zip(some, Finder(group.env).matches(model, matches), strict=True):
            if len(found) > 1:
                message = group.env._("Several %s match. Merge them in Odoo, or map more exactly.", found._description)
                fault = problem("ambiguous_match", message, candidates=_names(found))
                _refuse(group, {record.key: record for record in records}, fault)
            elif found:
                group.made |= {record.key: (model, found.id) for record in records}
    group.go_on()


def _refuse(group, records, fault):
    """Withdraw every operation that needs one of the records."""
    for operation in group.operations:
        for record in operation.records:
            if record.key in records:
                group.withdraw(operation, "correct", fault | {"field": f"{record.pointer}/match"})
    group.go_on()
