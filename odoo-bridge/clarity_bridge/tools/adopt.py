"""Operations whose record is there already without a link: recognised by their `match` and updated, never guessed."""

from collections import defaultdict

from .markers import Finder, _names
from .problems import problem
from .values import with_ids

#: What orders say of their customer: a guest who registered is two references and one record.
_SHARING = {"profile"}


def adopt(group, operations):
    """Take over the one record that matches; several are a problem, none leaves the operation to be created."""
    ids, by_model = group.ids(), defaultdict(list)
    for operation in operations:
        if operation.match:
            by_model[operation.model].append(operation)
    for model, some in by_model.items():
        matches = [with_ids(operation.ready_match, ids) for operation in some]
        for operation, found in zip(some, Finder(group.env).matches(model, matches), strict=True):
            if len(found) > 1:
                message = group.env._("Several %s match. Merge them in Odoo, or map more exactly.", found._description)
                fault = problem("ambiguous_match", message, "/match", candidates=_names(found))
                group.withdraw(operation, "correct", fault)
            elif found:
                group.made[operation.key] = (model, found.id)
                group.adopted.add(operation)
    group.go_on()


def refuse_shared(group, operations):
    """Two storefront records that both write one Odoo record would undo each other's changes for ever.

    Records that were only needed (a guest's, say) do not write and may share.
    """
    wanted = [op for op in operations if op.kind not in _SHARING and not _writes_already(group, op)]
    if not wanted:
        return
    ids = {operation: group.record(operation).id for operation in wanted}
    # sudo: links are the addon's own records, the service user has no rights on the table.
    links = (
        group.env["clarity.link"]
        .sudo()
        .search(
            [
                ("store", "=", group.batch.store),
                ("kind", "in", list({operation.kind for operation in wanted})),
                ("res_id", "in", list(ids.values())),
                ("hash", "!=", False),
            ]
        )
    )
    owner_of = {(link.kind, link.res_model, link.res_id): link.clarity_ref for link in links}
    for operation in wanted:
        place = operation.kind, operation.model, ids[operation]
        if (owner := owner_of.setdefault(place, operation.ref)) != operation.ref:
            record = group.record(operation)
            message = group.env._(
                "%(record)s is the %(kind)s %(owner)s of the storefront already. "
                "Merge the two there, or map more exactly.",
                record=record.display_name,
                kind=operation.kind,
                owner=owner,
            )
            group.withdraw(operation, "correct", problem("ambiguous_match", message, candidates=_names(record)))
    group.go_on()


def _writes_already(group, operation):
    return operation.record_id and bool(group.batch.link(operation.key).hash)
