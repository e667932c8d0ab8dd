"""Which analytic rules apply, asked of the database once for all that no rule could tell apart."""

from .bulk import is_without, memory
from .overrides import is_as_known

_REPLACED = {
    "_get_applicable_models": {"analytic", "account"},
    "_get_default_search_domain_vals": {"analytic", "account"},
    "_create_domain": {"analytic", "account"},
}


def applicable(rules, plain, vals):
    """
    :param plain: Odoo's own search, which takes `vals`
    :return: what it returned for other values that no rule tells apart from these
    """
    if is_without(rules):
        return rules.browse()
    remembered = memory(rules.env.cr)
    if remembered is None or not is_as_known(rules, _REPLACED):
        return plain(vals)
    env = rules.env
    asked = [(name, value) for name, value in vals.items() if _matters(rules, name)]
    key = "analytic_rules", env.uid, env.su, env.context, repr(asked)
    if key not in remembered:
        remembered[key] = plain(vals).ids
    return rules.browse(remembered[key])


def _matters(rules, name):
    """Whether any rule asks for a value of this field; what Odoo compares otherwise than with a field always does."""
    remembered = memory(rules.env.cr)
    key = "analytic_rules_of", name
    if key not in remembered:
        field = rules._fields.get(name)
        # sudo: a rule that the caller may not read matters as well. There is no `active` here that could hide one.
        everything = rules.sudo().with_context(active_test=False)
        remembered[key] = not field or not field.store or bool(everything.search_count([(name, "!=", False)], limit=1))
    return remembered[key]
