"""
Whether a method of Odoo is as Odoo's own modules wrote it.

What is done in one go takes the place of some of Odoo's methods. Another addon may have extended one of those: then
its say counts, and the batch goes Odoo's own way. Modules that are named beside a method are those whose extension
was read.
"""

from .bulk import memory

_OURS = "clarity_bridge"


def is_as_known(model, known):
    """
    :param known: method name -> names of the modules that may define it, besides this addon
    :return: whether nobody else does, neither by inheriting nor by replacing it in a class of Odoo
    """
    remembered = memory(model.env.cr)
    key = "is_as_known", model._name, *known
    if remembered is None or key not in remembered:
        answer = all(_writers(model, method) <= {*modules, _OURS} for method, modules in known.items())
        if remembered is None:
            return answer
        remembered[key] = answer
    return remembered[key]


def _writers(model, method):
    """Modules whose code stands in this method, in whatever class of the model; the ORM itself is none."""
    found = [cls.__dict__[method] for cls in type(model).__mro__ if method in cls.__dict__]
    paths = {getattr(function, "__module__", "") for function in found}
    return {_module(path) for path in paths if not path.startswith("odoo.orm.")}


def _module(path):
    """`odoo.addons.stock.models.stock_move` is `stock`; other code is known by its whole path."""
    head, *name = path.removeprefix("odoo.addons.").split(".")
    return head if path.startswith("odoo.addons.") and "tests" not in name else path
