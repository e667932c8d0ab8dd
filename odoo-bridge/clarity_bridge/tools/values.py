"""Mapped values into what the ORM takes, by the type of each field. Every problem is found, not only the first."""

from datetime import timezone

from odoo.fields import Command, Date, Datetime
from odoo.models import LOG_ACCESS_COLUMNS
from odoo.tools import plaintext2html

from .markers import MARKERS, field_at, marker
from .operation import decimal, instant
from .problems import problem

_FORBIDDEN = {"id", "display_name", *LOG_ACCESS_COLUMNS}


class Ref:
    """Stands in converted values for a record that this call creates."""

    def __init__(self, key):
        self.key = key


class Lines:
    """A one2many of the storefront: `key` tells which line is which."""

    def __init__(self, model, key, items):
        self.model, self.key, self.items = model, key, items


class Converter:
    """
    :param finder: answers `$find` and `$xmlid`, prepared
    :param links: (kind, ref) -> (model, id) of known links whose record exists
    """

    def __init__(self, env, finder, links):
        self.env, self.finder, self.links = env, finder, links
        # (model, id) -> whether there is such a record.
        self.existing = {}

    def convert(self, model, values, pointer, promised):
        """
        :param promised: (kind, ref) -> model of records this operation ensures
        :return: (converted values, problems); `Ref` and `Lines` may stand inside
        """
        problems = []
        return self._record(model, values, pointer, promised, problems), problems

    def match(self, record, promised):
        """:return: (field path -> value, problems) of a record's `match`; `Ref` may stand inside"""
        ready, problems = {}, []
        for path, value in record.match.items():
            at = f"{record.pointer}/match/{path}"
            field = field_at(self.env, record.model, path)
            name, argument = marker(value)
            if field is None:
                message = self.env._("%(model)s has no field %(field)s.", model=record.model, field=path)
                problems.append(problem("unknown_field", message, at))
                continue
            try:
                ready[path] = self._marker(field, name, argument, at, promised) if name else value
            except Invalid as invalid:
                problems.append(invalid.problem)
        return ready, problems

    def _record(self, model, values, pointer, promised, problems):
        ready = {}
        for name, value in values.items():
            at = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            field = self.env[model]._fields.get(name)
            if field is None:
                message = self.env._("%(model)s has no field %(field)s.", model=model, field=name)
                problems.append(problem("unknown_field", message, at))
            elif name in _FORBIDDEN or (field.compute and field.readonly and not field.inverse and not field.related):
                problems.append(problem("invalid_value", self.env._("Odoo sets this field itself."), at))
            else:
                ready[name] = self._value(field, value, at, promised, problems)
        return ready

    def _value(self, field, value, at, promised, problems):
        name, argument = marker(value)
        try:
            if name and name not in MARKERS:
                raise Invalid(problem("invalid_value", f"Unknown marker {name}.", at))
            if field.type == "one2many":
                return self._lines(field, name, argument, at, promised, problems)
            if field.type == "many2many":
                return self._set(field, name, argument, at, promised, problems)
            if name == "$html" and field.type == "html":
                return str(argument)
            if name:
                value = self._marker(field, name, argument, at, promised)
                # What was found is there: asked for once more it would be a query per record.
                if isinstance(value, Ref) or (value and field.type == "many2one" and _is_id(name, argument)):
                    return value
            return self._scalar(field, value, at)
        except Invalid as invalid:
            problems.append(invalid.problem)
            return None

    def _lines(self, field, name, argument, at, promised, problems):
        if name != "$lines" or not isinstance(argument, dict) or not isinstance(argument.get("items"), list):
            raise Invalid(problem("invalid_value", "A list of records is given as $lines.", at))
        key, items, seen = argument.get("key"), [], set()
        if key not in self.env[field.comodel_name]._fields:
            raise Invalid(problem("unknown_field", f"{field.comodel_name} has no field {key}.", f"{at}/$lines/key"))
        for index, item in enumerate(argument["items"]):
            here = f"{at}/$lines/items/{index}"
            if not isinstance(item, dict) or not isinstance(item.get(key), str) or item[key] in seen:
                problems.append(problem("invalid_value", f"Each line has its own {key}.", here))
                continue
            seen.add(item[key])
            items.append(self._record(field.comodel_name, item, here, promised, problems))
        return Lines(field.comodel_name, key, items)

    def _set(self, field, name, argument, at, promised, problems):
        if name not in ("$set", "$add") or not isinstance(argument, list):
            raise Invalid(problem("invalid_value", "Several records are given as $set or $add.", at))
        ids = []
        for index, part in enumerate(argument):
            here = f"{at}/{name}/{index}"
            part_name, part_argument = marker(part)
            if part_name:
                part = self._marker(field, part_name, part_argument, here, promised)
            elif not isinstance(part, int) or isinstance(part, bool):
                problems.append(problem("invalid_value", "A record's id or a marker is expected.", here, part))
                continue
            if part:
                ids.append(part)
        return [Command.set(ids)] if name == "$set" else [Command.link(one) for one in ids]

    def _marker(self, field, name, argument, at, promised):
        """An id (or, for `$find` with `take`, a scalar) or a Ref."""
        if name == "$find":
            value, fault = self.finder.find(argument)
            if not fault and field.relational and argument.get("take", "id") == "id":
                self._same_model(field, argument["model"], at)
        elif name == "$xmlid":
            record, fault = self.finder.xmlid(argument)
            if record:
                self._same_model(field, record._name, at)
            value = record.id if record else None
        elif name == "$ref":
            return self._ref(field, argument, at, promised)
        else:
            raise Invalid(problem("invalid_value", f"{name} does not fit a field of type {field.type}.", at))
        if fault:
            raise Invalid(fault | {"field": at})
        return value

    def _ref(self, field, argument, at, promised):
        kind, _, ref = argument.partition(":") if isinstance(argument, str) else ("", "", "")
        if known := self.links.get((kind, ref)):
            self._same_model(field, known[0], at)
            return known[1]
        if (kind, ref) in promised:
            self._same_model(field, promised[kind, ref], at)
            return Ref((kind, ref))
        message = self.env._("%s is not linked to an Odoo record yet.", argument)
        raise Invalid(problem("unknown_reference", message, at, argument))

    def _same_model(self, field, model, at):
        if field.relational and field.comodel_name != model:
            message = self.env._("A %(wanted)s is expected, not a %(model)s.", wanted=field.comodel_name, model=model)
            raise Invalid(problem("invalid_value", message, at))

    def _scalar(self, field, value, at):
        if value is None or value is False:
            return False
        convert = getattr(self, f"_{field.type}", None)
        ready = convert(field, value) if convert else value
        if ready is None:
            message = self.env._("%(value)s is not a value of a field of type %(type)s.", value=value, type=field.type)
            raise Invalid(problem("invalid_value", message, at, value))
        return ready

    def _char(self, field, value):
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            return None
        text = str(value)
        # PostgreSQL takes no NUL, and UTF-8 no half of a surrogate pair.
        return None if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text) else text

    _text = _char

    def _html(self, field, value):
        text = self._char(field, value)
        return None if text is None else plaintext2html(text)

    def _integer(self, field, value):
        number = decimal(value)
        return None if number is None or number % 1 else int(number)

    def _float(self, field, value):
        number = decimal(value)
        return None if number is None else float(number)

    _monetary = _float

    def _boolean(self, field, value):
        return value if isinstance(value, bool) else None

    def _selection(self, field, value):
        return value if value in field.get_values(self.env) else None

    def _date(self, field, value):
        moment = instant(value) if isinstance(value, str) else None
        return moment and Date.to_string(moment.date())

    def _datetime(self, field, value):
        moment = instant(value) if isinstance(value, str) else None
        return moment and Datetime.to_string(moment.astimezone(timezone.utc).replace(tzinfo=None))

    def _many2one(self, field, value):
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        key = field.comodel_name, value
        if key not in self.existing:
            self.existing[key] = bool(self.env[field.comodel_name].browse(value).exists())
        return value if self.existing[key] else None


def _is_id(name, argument):
    return name != "$find" or argument.get("take", "id") == "id"


class Invalid(Exception):
    def __init__(self, problem):
        super().__init__(problem["message"])
        self.problem = problem


def with_ids(ready, made):
    """Converted values with every Ref replaced by the id of what was made, and lines still as Lines."""
    if isinstance(ready, Ref):
        return made[ready.key]
    if isinstance(ready, Lines):
        return Lines(ready.model, ready.key, [with_ids(item, made) for item in ready.items])
    if isinstance(ready, dict):
        return {name: with_ids(value, made) for name, value in ready.items()}
    if isinstance(ready, (list, tuple)):
        return type(ready)(with_ids(part, made) for part in ready)
    return ready


def refs_of(ready):
    """Keys of the records that converted values wait for."""
    if isinstance(ready, Ref):
        return {ready.key}
    parts = ready.items if isinstance(ready, Lines) else ready
    if isinstance(parts, dict):
        parts = parts.values()
    return set().union(*map(refs_of, parts)) if isinstance(parts, (list, tuple, type({}.values()))) else set()
