"""Markers in values, `{"$find": …}` and its kin: found in as few searches as possible."""

from collections import defaultdict

from odoo.exceptions import AccessError
from odoo.fields import Domain

from .operation import canonical, decimal
from .problems import problem

MARKERS = ("$ref", "$find", "$xmlid", "$set", "$add", "$lines", "$html")
_SHOWN = 10


def marker(value):
    """:return: (name, argument) of a marker, else (None, None)"""
    if isinstance(value, dict) and len(value) == 1:
        [(name, argument)] = value.items()
        if isinstance(name, str) and name.startswith("$"):
            return name, argument
    return None, None


def walk(value):
    """Every marker inside a value, whatever its depth."""
    name, argument = marker(value)
    if name:
        yield name, argument
        value = argument
    if isinstance(value, dict):
        for part in value.values():
            yield from walk(part)
    elif isinstance(value, list):
        for part in value:
            yield from walk(part)


class Finder:
    """
    Looks up `$find` and `$xmlid`: all of one model and one set of fields in one search.

    :param company: of another company's records none is found: two companies may call their taxes and journals alike
    """

    def __init__(self, env, company=None):
        self.env, self.company = env, company
        self._answers = {}

    def prepare(self, values):
        """Search everything the given values ask for that is not known yet."""
        wanted = defaultdict(dict)
        for value in values:
            for name, argument in walk(value):
                if name != "$find" or canonical(argument) in self._answers:
                    continue
                if fault := self._fault(argument):
                    self._answers[canonical(argument)] = (None, fault)
                else:
                    paths = tuple(sorted(argument["by"]))
                    wanted[argument["model"], paths][canonical(argument)] = argument
        for (model, paths), arguments in wanted.items():
            self._search(model, paths, arguments)

    def find(self, argument):
        """:return: (value, problem) for the argument of a `$find`; one of them is None"""
        return self._answers[canonical(argument)]

    def xmlid(self, name):
        """:return: (record, problem)"""
        record = self.env.ref(name, raise_if_not_found=False) if isinstance(name, str) and "." in name else None
        if not record:
            message = self.env._("There is no record with the external id %s.", name)
            return None, problem("not_found", message, value=name)
        return record, None

    def matches(self, model, matches):
        """Active records that equal each of `matches` (field path -> value): a list of record sets."""
        found = []
        for group in _by_paths(matches).values():
            records = self.env[model].search(_domain(self.env, model, group))
            index = _index(records, sorted(group[0]))
            found += [(match, index.get(_wanted(self.env, model, match), records.browse())) for match in group]
        order = {id(match): records for match, records in found}
        return [order[id(match)] for match in matches]

    def _fault(self, argument):
        if not isinstance(argument, dict) or not isinstance(argument.get("by"), dict) or not argument["by"]:
            return problem("invalid_value", "$find needs model and by.")
        name = argument.get("model")
        if name not in self.env or self.env[name]._abstract:
            return problem("invalid_value", self.env._("Odoo has no model %s.", name), value=name)
        for path in [*argument["by"], argument.get("take", "id")]:
            if field_at(self.env, name, path) is None:
                return problem(
                    "unknown_field",
                    self.env._("%(model)s has no field %(field)s.", model=name, field=path),
                    value=path,
                )
        return None

    def _search(self, model, paths, arguments):
        bys = [argument["by"] for argument in arguments.values()]
        try:
            # Archived ones are looked at so that they can be named.
            Model = self.env[model].with_context(active_test=False)
            records = Model.search(_domain(self.env, model, bys) & self._domain_of_company(Model))
            index = _index(records, paths)
            for key, argument in arguments.items():
                hits = index.get(_wanted(self.env, model, argument["by"]), records.browse())
                self._answers[key] = self._one(hits, argument)
        except AccessError as denied:
            fault = problem("access_denied", str(denied))
            self._answers |= {key: (None, fault) for key in arguments}

    def _domain_of_company(self, Model):
        if self.company and "company_id" in Model._fields and Model._name != "res.company":
            return Domain(Model._check_company_domain(self.company))
        return Domain.TRUE

    def _one(self, hits, argument):
        env, said = self.env, ", ".join(f"{path} = {value}" for path, value in argument["by"].items())
        active = hits.filtered(hits._active_name) if hits._active_name else hits
        if len(active) == 1:
            return _take(active, argument.get("take", "id")), None
        named = {"model": hits._description, "by": said}
        value = ", ".join(str(value) for value in argument["by"].values())
        if len(active) > 1:
            message = env._("Several %(model)s match %(by)s. Make the value unique in Odoo.", **named)
            return None, problem("ambiguous_match", message, value=value, candidates=_names(active))
        if hits:
            message = env._("The %(model)s with %(by)s is archived in Odoo. Unarchive it or map another.", **named)
            return None, problem("archived", message, value=value, candidates=_names(hits))
        if argument.get("optional"):
            return False, None
        message = env._("Odoo has no %(model)s with %(by)s.", **named)
        return None, problem("not_found", message, value=value)


def _names(records):
    return [f"{record.display_name} (id {record.id})" for record in records[:_SHOWN]]


def _by_paths(matches):
    groups = defaultdict(list)
    for match in matches:
        groups[tuple(sorted(match))].append(match)
    return groups


def _domain(env, model, bys):
    """At least everything that is asked for; which is whose is told by `_index`. A row per question would be slow."""
    paths = sorted(bys[0])
    columns = [path for path in paths if _is_column(env, model, path)]
    rest = [path for path in paths if path not in columns]
    alike = defaultdict(list)
    for by in bys:
        alike[tuple(_typed(env, model, path, by[path]) for path in rest)].append(by)
    return Domain.OR(
        Domain.AND(
            [Domain(path, "=", value) for path, value in zip(rest, values, strict=True)]
            + [Domain(path, "in", list({_typed(env, model, path, by[path]) for by in some})) for path in columns]
        )
        for values, some in alike.items()
    )


def _is_column(env, model, path):
    """Whether several of its values may be asked for at once. A field with a search of its own may refuse that."""
    for name in path.split("."):
        field = env[model]._fields[name]
        if not field.store or field.type == "boolean":
            return False
        model = field.comodel_name
    return True


def _index(records, paths):
    """Records by the values of their paths; a path through several records counts for each."""
    index = {}
    for record in records:
        keys = [()]
        for path in sorted(paths):
            keys = [(*key, value) for key in keys for value in _values(record, path)]
        for key in set(keys):
            index[key] = index.get(key, records.browse()) | record
    return index


def _wanted(env, model, by):
    return tuple(_typed(env, model, path, by[path]) for path in sorted(by))


def field_at(env, model, path):
    """The field at the end of a dotted path, or None."""
    field = None
    for name in str(path).split("."):
        if model is None or (field := env[model]._fields.get(name)) is None:
            return None
        model = field.comodel_name
    return field


def _typed(env, model, path, value):
    """The value as Odoo holds it: numbers may have come as text, nothing is False."""
    field = field_at(env, model, path)
    if value is None or value is False:
        return 0 if field.type in ("integer", "float", "monetary") else False
    if field.type in ("float", "monetary"):
        number = decimal(value)
        return value if number is None else float(number)
    if field.type in ("integer", "many2one"):
        number = decimal(value)
        return value if number is None else int(number)
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def _values(record, path):
    """What stands at the end of a path, ids for records."""
    *through, last = path.split(".")
    for name in through:
        record = record[name]
    field = record._fields[last]
    if last == "id":
        return record.ids or [False]
    if field.relational:
        return record[last].ids or [False]
    return [one[last] for one in record] or [False]


def _take(record, path):
    values = _values(record, path)
    return values[0]
