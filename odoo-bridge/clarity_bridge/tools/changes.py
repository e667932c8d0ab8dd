"""Of converted values, what differs from a record of Odoo."""

from odoo.fields import Command

from .operation import canonical
from .values import Lines


def changes(record, values):
    """Of converted values, those that differ from what the record holds; lines as commands."""
    difference = {}
    for name, value in values.items():
        if isinstance(value, Lines):
            value = _line_commands(record[name], value)
            if value:
                difference[name] = value
        elif _differs(record, name, value):
            difference[name] = value
    return difference


def creation(ready):
    return {
        name: [Command.create(creation(item)) for item in value.items] if isinstance(value, Lines) else value
        for name, value in ready.items()
    }


def _line_commands(lines, wanted):
    """Lines are matched by their key; one that has none was added in Odoo and stays."""
    known, commands = {line[wanted.key]: line for line in lines if line[wanted.key]}, []
    for item in wanted.items:
        line = known.pop(item[wanted.key], None)
        if line is None:
            commands.append(Command.create(creation(item)))
        elif changes(line, item):
            # All of the line, not only what differs: else Odoo would recompute a price from the new quantity.
            commands.append(Command.update(line.id, creation(item)))
    return [Command.delete(line.id) for line in known.values()] + commands


def _after(ids, commands):
    """What a many2many holds then: `$set` replaces, `$add` adds."""
    for command, added, whole in commands:
        ids = set(whole) if command == Command.SET else ids | {added}
    return ids


def _differs(record, name, value):
    field = record._fields[name]
    if field.type == "many2many":
        held = set(record[name].ids)
        return _after(held, value) != held
    if field.type == "many2one":
        return (record[name].id or False) != (value or False)
    cached = field.convert_to_cache(value, record)
    return canonical(field.convert_to_record(cached, record)) != canonical(record[name])
