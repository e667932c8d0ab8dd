"""choices: the records that a storefront's value may be mapped to, with the calling user's rights."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .markers import _typed, field_at

_MOST = 200


def read_choices(env, request):
    """Answer one request of openapi.yaml's `ChoiceRequest`."""
    model, name, where = request.get("model"), request.get("field"), request.get("where") or {}
    limit = request.get("limit", 50)
    _check(env, model, name, where, limit)
    Model = env[model]
    if not Model.has_access("read"):
        return {"readable": False, "total": 0, "items": []}
    base = Domain.AND(
        Domain(path, "in", [_typed(env, model, path, one) for one in (value if isinstance(value, list) else [value])])
        for path, value in where.items()
    )
    try:
        if values := request.get("values"):
            # Archived ones are looked at so that they can be named.
            Model = Model.with_context(active_test=False)
            domain = base & (Domain("id", "in", _ids(values)) | Domain(name, "in", [str(value) for value in values]))
        else:
            search = str(request.get("search") or "")
            domain = base & (Domain(name, "ilike", search) | Domain("display_name", "ilike", search))
        found = Model.search(domain, limit=limit, order=f"{name}, id")
        return {
            "readable": True,
            "total": Model.search_count(domain),
            "items": _items(env, found, name, base),
        }
    except AccessError:
        return {"readable": False, "total": 0, "items": []}


def _check(env, model, name, where, limit):
    if model not in env or env[model]._abstract or env[model]._transient:
        raise UserError(env._("Odoo has no model %s.", model))
    field = env[model]._fields.get(name)
    if field is None or not field.store or field.type not in ("char", "selection"):
        raise UserError(env._("%(model)s has no text %(field)s to choose by.", model=model, field=name))
    if not isinstance(where, dict) or any(field_at(env, model, path) is None for path in where):
        raise UserError(env._("where names a field that %s does not have.", model))
    if not isinstance(limit, int) or not 0 < limit <= _MOST:
        raise UserError(env._("limit is a number from 1 to %s.", _MOST))


def _ids(values):
    return [value for value in values if isinstance(value, int) and not isinstance(value, bool)]


def _items(env, records, name, base):
    """One group tells for all of them whether the value means one record."""
    same = base & Domain(name, "in", records.mapped(name))
    counts = dict(env[records._name]._read_group(same, [name], ["__count"]))
    active = records._active_name
    return [
        {
            "id": record.id,
            "value": record[name] or "",
            "name": record.display_name,
            "company": record.company_id.name or None if "company_id" in record._fields else None,
            "active": bool(record[active]) if active else True,
            "unique": counts.get(record[name], 0) == 1,
        }
        for record in records
    ]
