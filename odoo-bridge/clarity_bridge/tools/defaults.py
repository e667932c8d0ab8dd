"""Defaults that cost a search for every record that is made, asked for once."""

from .bulk import memory
from .overrides import is_as_known

#: Model -> field -> the method that searches, and who may have written it.
_SEARCHED = {"sale.order": {"quotation_document_ids": {"_default_quotation_document_ids": {"sale_pdf_quote_builder"}}}}


def with_defaults(model, values_list):
    """The values that records are to be made of, with those that Odoo would search for each of them."""
    if memory(model.env.cr) is None:
        return values_list
    fields = [
        name
        for name, method in _SEARCHED.get(model._name, {}).items()
        if name in model._fields and is_as_known(model, method)
    ]
    defaults = model.default_get(fields) if fields else {}
    return [defaults | values for values in values_list]
