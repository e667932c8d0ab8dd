"""The PDF of an invoice, for the bridge's own door: Odoo's address is never given to anybody."""

import base64

from .state import read_invoices


def read_document(env, store, ref):
    """The document that was sent, or else one as Odoo prints it now.

    :param ref: of an invoice of a storefront order, its Odoo id as text
    :return: {name, content_type, content (base64)}, or None if there is no such invoice
    """
    if not read_invoices(env, store, [ref]):
        return None
    move = env["account.move"].browse(int(ref))
    if move.state != "posted":
        return None
    name = f"{(move.name or ref).replace('/', '_')}.pdf"
    # sudo: the attachment of an invoice that the service user was just allowed to read.
    sent = move.sudo().invoice_pdf_report_id
    if sent:
        content = sent.raw
    else:
        content, _type = env["ir.actions.report"]._render_qweb_pdf("account.account_invoices", move.ids)
    return {"name": name, "content_type": "application/pdf", "content": base64.b64encode(content).decode()}
