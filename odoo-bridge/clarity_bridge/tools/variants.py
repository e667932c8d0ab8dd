"""Product variants by their options: attributes, values and lines of templates are made where they are missing."""

from collections import defaultdict

from odoo.fields import Command

from .problems import problem
from .values import with_ids


def find(group, operations):
    """Adopt the variants that their templates have already; note the options of those that are to be made."""
    wanted = [operation for operation in operations if operation.options]
    if not wanted:
        return
    ids = group.ids()
    template_of = {}
    for operation in wanted:
        template = with_ids(operation.ready, ids).get("product_tmpl_id")
        if operation.model != "product.product" or not template:
            message = group.env._("Options belong to a variant of a product template.")
            group.withdraw(operation, "correct", problem("invalid_value", message, "/options"))
        template_of[operation] = group.env["product.template"].browse(template)
    group.go_on()
    value_of = _values(group, wanted)
    _complete_templates(template_of, value_of)
    _assign(group, template_of, value_of)
    group.go_on()


def _values(group, operations):
    """(attribute name, value name) -> product.attribute.value; a name that several attributes have is refused."""
    env = group.env
    names = {name for operation in operations for name in operation.options}
    attributes = env["product.attribute"].search([("name", "in", list(names))]).grouped("name")
    for operation in operations:
        for name in operation.options:
            if len(attributes.get(name, ())) > 1:
                message = env._("Several attributes are called %s. Merge them in Odoo.", name)
                group.withdraw(operation, "correct", problem("ambiguous_match", message, "/options", name))
    group.go_on()
    missing = sorted(names - set(attributes))
    # Only the variants that the storefront has: Odoo would make every combination otherwise.
    made = env["product.attribute"].create([{"name": name, "create_variant": "dynamic"} for name in missing])
    attributes |= dict(zip(missing, made, strict=True))

    pairs = {pair for operation in operations for pair in operation.options.items()}
    known = env["product.attribute.value"].search(
        [("attribute_id", "in", [attributes[name].id for name in names]), ("name", "in", [text for _n, text in pairs])]
    )
    values = {(value.attribute_id.name, value.name): value for value in known}
    missing = sorted(pairs - set(values))
    made = env["product.attribute.value"].create(
        [{"attribute_id": attributes[name].id, "name": text} for name, text in missing]
    )
    return values | dict(zip(missing, made, strict=True))


def _complete_templates(template_of, value_of):
    """Give each template the lines and values of all its variants of this batch, in one write."""
    wanted = defaultdict(lambda: defaultdict(set))
    for operation, template in template_of.items():
        for pair in operation.options.items():
            value = value_of[pair]
            wanted[template][value.attribute_id].add(value.id)
    for template, by_attribute in wanted.items():
        lines = {line.attribute_id: line for line in template.attribute_line_ids}
        commands = []
        for attribute, value_ids in by_attribute.items():
            line = lines.get(attribute)
            if line is None:
                commands.append(
                    Command.create({"attribute_id": attribute.id, "value_ids": [Command.set(sorted(value_ids))]})
                )
            elif more := value_ids - set(line.value_ids.ids):
                commands.append(Command.update(line.id, {"value_ids": [Command.link(one) for one in sorted(more)]}))
        if commands:
            template.attribute_line_ids = commands


def _assign(group, template_of, value_of):
    for operation, template in template_of.items():
        chosen = {value_of[pair] for pair in operation.options.items()}
        of_template = template.attribute_line_ids.product_template_value_ids.filtered("ptav_active")
        combination = of_template.filtered(lambda one, chosen=chosen: one.product_attribute_value_id in chosen)
        lacking = template.valid_product_template_attribute_line_ids - combination.attribute_line_id
        if lacking:
            names = ", ".join(lacking.attribute_id.mapped("name"))
            message = group.env._(
                "%(product)s has options that are not given: %(names)s.", product=template.name, names=names
            )
            group.withdraw(operation, "correct", problem("invalid_value", message, "/options"))
        elif variant := template._get_variant_for_combination(combination):
            group.made[operation.key] = ("product.product", variant.id)
            group.adopted.add(operation)
        else:
            group.combinations[operation] = {"product_template_attribute_value_ids": [Command.set(combination.ids)]}
