from datetime import date

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.keys import KINDS as KEYED
from ..tools.keys import read_keys
from ..tools.reading import CHANGE_KINDS, PAGE_KINDS, instant, read_changes, read_page, read_takings
from ..tools.state import iso

_MAX_ROWS = 1000
_MAX_PENDING = 5000


class ClarityBridge(models.AbstractModel):
    """What the bridge's sweeps read: nothing is written here."""

    _inherit = "clarity.bridge"

    @api.model
    @api.readonly
    def changes(self, store, kind, since, after=0, limit=200):
        self._check_reading(store, kind, after, limit, CHANGE_KINDS)
        try:
            since = instant(since)
        except (TypeError, ValueError):
            raise UserError(self.env._("since is an instant with a zone, as 2026-01-31T12:00:00Z.")) from None
        page = read_changes(self.env, store, kind, since, after, limit)
        return {"as_of": iso(self.env.cr.now())} | page

    @api.model
    @api.readonly
    def read_page(self, store, kind, after=0, limit=200, pending_orders=()):
        self._check_reading(store, kind, after, limit)
        self._check_texts(pending_orders, "pending_orders", _MAX_PENDING)
        page = read_page(self.env, store, kind, after, limit, pending_orders)
        return {"as_of": iso(self.env.cr.now())} | page

    @api.model
    @api.readonly
    def takings(self, store, first_day, last_day, after=0, limit=200):
        self._check_reading(store, "order", after, limit)
        try:
            first, last = date.fromisoformat(first_day), date.fromisoformat(last_day)
        except (TypeError, ValueError):
            raise UserError(self.env._("first_day and last_day are days, as 2026-01-31.")) from None
        return read_takings(self.env, store, first, last, after, limit)

    @api.model
    @api.readonly
    def read_keys(self, store, kind, after=0, limit=200):
        self._check_reading(store, kind, after, limit, KEYED)
        return read_keys(self.env, store, kind, after, limit)

    def _check_reading(self, store, kind, after, limit, kinds=PAGE_KINDS):
        self._check_service()
        self._check_text(store, "store")
        if kind not in kinds:
            raise UserError(self.env._("kind is one of %s.", ", ".join(kinds)))
        if not isinstance(after, int) or after < 0:
            raise UserError(self.env._("after is the id that the page before ended with, or 0."))
        if not isinstance(limit, int) or not 0 < limit <= _MAX_ROWS:
            raise UserError(self.env._("limit is a number from 1 to %s.", _MAX_ROWS))
