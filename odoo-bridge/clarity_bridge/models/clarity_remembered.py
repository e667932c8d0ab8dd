from odoo import api, models

from ..tools.bulk import memory


class ClarityRemembered(models.AbstractModel):
    """Master data that Odoo searches anew for every order: while a batch is written, the same search is made once.

    A change of such a record, by whatever is going on in the batch, makes it forget.
    """

    _name = "clarity.remembered"
    _description = "Searched Once per Batch"

    @api.model
    def _search(self, domain, *args, **kwargs):
        remembered = memory(self.env.cr)
        key = repr((self.env.uid, self.env.su, self.env.context, domain, args, kwargs))
        # What has no content of its own in its text cannot be told from another one.
        if remembered is None or " at 0x" in key:
            return super()._search(domain, *args, **kwargs)
        known = remembered.setdefault(self._clarity_key(), {})
        if key not in known:
            known[key] = super()._search(domain, *args, **kwargs).get_result_ids()
        return self.browse(known[key])._as_query()

    @api.model_create_multi
    def create(self, vals_list):
        self._clarity_forget()
        return super().create(vals_list)

    def write(self, vals):
        self._clarity_forget()
        return super().write(vals)

    def unlink(self):
        self._clarity_forget()
        return super().unlink()

    def _clarity_forget(self):
        if remembered := memory(self.env.cr):
            remembered.pop(self._clarity_key(), None)

    def _clarity_key(self):
        return "searches", self._name


class AccountFiscalPosition(models.Model):
    _name = "account.fiscal.position"
    _inherit = ["account.fiscal.position", "clarity.remembered"]


class IrSequence(models.Model):
    _name = "ir.sequence"
    _inherit = ["ir.sequence", "clarity.remembered"]


class StockWarehouse(models.Model):
    _name = "stock.warehouse"
    _inherit = ["stock.warehouse", "clarity.remembered"]
