"""
All that a piece of work left in the database, in whatever table, told so that two runs can be compared.

A row that is new is known by what is in it and by what it refers to, never by its id or by a number of a sequence,
since two runs never get the same. Rows that were there before keep their ids.
"""

import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta

from ..tools.bulk import SETTING
from ..tools.reservation import SETTING as DEFER
from .common import BridgeCase

#: References without a foreign key: table -> (column, column that names its model).
_BY_MODEL = {
    "mail_message": ("res_id", "model"),
    "mail_followers": ("res_id", "res_model"),
    "mail_activity": ("res_id", "res_model"),
    "ir_attachment": ("res_id", "res_model"),
    "clarity_link": ("res_id", "res_model"),
}
#: What ids in the JSON column of a move's procurement mean.
_IN_JSON = {"reference_ids": "stock_reference", "sale_line_id": "sale_order_line", "move_dest_ids": "stock_move"}
#: Made anew by each run.
_RANDOM = {("mail_message", "message_id"), ("sale_order", "access_token"), ("purchase_order", "access_token")}
#: Their names come from sequences, and other rows mention them.
_NAMED = ("sale_order", "stock_picking", "purchase_order")
#: The outbox, whose rows carry random ids, and wake-up calls for jobs.
_IGNORED = {"clarity_event", "ir_cron_trigger", "clarity_rows_mark"}
#: In these only the order among the rows of one record means something.
_ORDERED_WITHIN = {
    "mail_message": ("model", "res_id"),
    "mail_tracking_value": ("mail_message_id",),
    "stock_move_line": ("picking_id",),
}
_UNORDERED = {*_ORDERED_WITHIN, "mail_followers", "stock_quant"}
_ROUNDS = 5


class Rows:
    """Begin it before the work and ask for `told` after it, inside of one savepoint."""

    def __init__(self, env):
        self.cr, self.now = env.cr, env.cr.now()
        self.cr.execute("CREATE TEMP TABLE IF NOT EXISTS clarity_rows_mark (x int)")
        self.cr.execute("INSERT INTO clarity_rows_mark VALUES (1)")
        # Every later write carries this transaction id, or that of a savepoint inside, which is higher.
        self.cr.execute("SELECT max(xmin::text::bigint) FROM clarity_rows_mark")
        [self.mark] = self.cr.fetchone()
        self.keys = self._foreign_keys()

    def told(self):
        """:return: table -> what the work left in it, a text for each row, in the order of the ids"""
        self.rows = dict(self._written())
        named = [(table, row) for (table, row_id), row in self.rows.items() if table in _NAMED and row_id != "count"]
        self.names = {row["name"]: f"<{table}>" for table, row in named}
        refs = {key: list(self._refs(key[0], row)) for key, row in self.rows.items()}
        plain = {key: self._plain(key[0], row, refs[key]) for key, row in self.rows.items()}
        labels = plain
        for _ in range(_ROUNDS):
            labels = {
                key: f"{plain[key]} #{hash(tuple(labels.get(ref, ref) for ref in refs[key]))}" for key in self.rows
            }
        return self._by_table(labels)

    def _foreign_keys(self):
        self.cr.execute(
            """
            SELECT source.relname, attname, target.relname
              FROM pg_constraint
              JOIN pg_class source ON source.oid = conrelid
              JOIN pg_class target ON target.oid = confrelid
              JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
             WHERE contype = 'f'
            """
        )
        found = defaultdict(dict)
        for table, column, target in self.cr.fetchall():
            found[table][column] = target
        return found

    def _written(self):
        self.cr.execute(
            "SELECT relname FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 ORDER BY 1"
        )
        for (table,) in self.cr.fetchall():
            if table in _IGNORED:
                continue
            self.cr.execute(f'SELECT * FROM "{table}" WHERE xmin::text::bigint >= %s ORDER BY 1', [self.mark])
            names = [column.name for column in self.cr.description]
            for number, values in enumerate(self.cr.fetchall()):
                row = dict(zip(names, values, strict=True))
                yield (table, row.get("id", f"row {number}")), row
            # What was deleted shows in how many are left.
            self.cr.execute(f'SELECT count(*) FROM "{table}"')
            yield (table, "count"), {"count": self.cr.fetchone()[0]}

    def _plain(self, table, row, refs):
        """What is in a row, and of the new rows it refers to only their tables."""
        by_model = _BY_MODEL.get(table, ())[:1]
        told = [
            f"{column}={self._value(value)}"
            for column, value in sorted(row.items())
            if column != "id" and column not in self.keys[table] and column not in by_model
            if (table, column) not in _RANDOM and value not in (None, False)
        ]
        return "; ".join(told + [ref if isinstance(ref, str) else f"a {ref[0]}" for ref in refs])

    def _value(self, value):
        if isinstance(value, datetime):
            # Work takes a moment: what is of now counts as now.
            return "now" if abs(value - self.now) < timedelta(minutes=5) else str(value)
        if isinstance(value, dict):
            return str({name: self._value(one) for name, one in sorted(value.items()) if name not in _IN_JSON})
        if not isinstance(value, str):
            return str(value)
        value = re.sub(r'data-oe-id="\d+"', "", value)
        for name, instead in self.names.items():
            value = value.replace(name, instead)
        return value

    def _refs(self, table, row):
        for column, target in sorted(self.keys[table].items()):
            if row.get(column) is not None:
                yield self._ref(column, target, row[column])
        if table in _BY_MODEL and "id" in row:
            column, model = _BY_MODEL[table]
            yield self._ref(column, (row[model] or "").replace(".", "_"), row[column])
        for value in row.values():
            for name in sorted(_IN_JSON.keys() & value.keys()) if isinstance(value, dict) else ():
                for one in value[name] if isinstance(value[name], list) else [value[name]]:
                    yield self._ref(name, _IN_JSON[name], one)

    def _ref(self, column, target, value):
        """The key of a new row, or else the id itself."""
        return (target, value) if (target, value) in self.rows else f"{column} {value}"

    def _by_table(self, labels):
        told, seen = defaultdict(list), Counter()
        for (table, row_id), row in self.rows.items():
            label = labels[table, row_id]
            if within := _ORDERED_WITHIN.get(table):
                record = table, *(row.get(column) for column in within)
                seen[record] += 1
                label = f"{seen[record]}. {label}"
            told[table].append(label)
        numbered = {table for (table, _), row in self.rows.items() if "id" in row} - _UNORDERED
        return {table: some if table in numbered else sorted(some) for table, some in told.items()}


class RowsCase(BridgeCase):
    """Orders that are written together and one by one."""

    def setUp(self):
        super().setUp()
        # As in a call: what is computed at the end is written by who called.
        self.env.transaction.default_env = self.bridge.env

    def switch(self, setting, on):
        self.env["ir.config_parameter"].set_param(setting, "1" if on else "0")

    def told(self, operations, together):
        """Every row that these operations leave, reservation included."""
        self.switch(SETTING, together)
        self.switch(DEFER, together)
        self.env.flush_all()
        with self.cr.savepoint() as savepoint:
            rows = Rows(self.env)
            results = self.apply(*operations)
            self.assertEqual({result["status"] for result in results}, {"created"}, results)
            self.env.cr.flush()
            orders = [result["res_id"] for result in results]
            self.env.invalidate_all()
            self.env["clarity.link"]._reserve_orders(orders)
            self.env.cr.flush()
            told = rows.told()
            savepoint.close(rollback=True)
        self.env.invalidate_all()
        return told

    def assertSameRows(self, *operations):
        self.maxDiff = None
        plain, together = self.told(operations, False), self.told(operations, True)
        tables = sorted(plain.keys() | together.keys())
        for of in (lambda row: row.split(" #")[0], str):
            # First without what the rows refer to, for a message that says what is different.
            said = [{table: [of(row) for row in way.get(table, [])] for table in tables} for way in (plain, together)]
            different = {table: rows for table, rows in said[1].items() if rows != said[0][table]}
            self.assertEqual(different, {table: said[0][table] for table in different})
        self.assertGreater(len(plain["stock_move"]), 1)
        return plain

    def two_orders(self, *lines, **changes):
        """Two customers order the same, in one call."""
        return [
            self.order(
                ref,
                list(lines) or [self.line(), self.line("L2", "T-MUG", quantity="3", price="5")],
                ensure=[self.customer(ref)],
                values={"partner_id": {"$ref": f"customer:{ref}"}},
                **changes,
            )
            for ref in ("o1", "o2")
        ]

    def product(self, name, **values):
        return self.env["product.product"].create(
            {"name": name, "default_code": name, "is_storable": True, "list_price": 10, **values}
        )

    def put(self, product, quantity, location=None, **more):
        if not quantity:
            return
        location = location or self.warehouse.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(product, location, quantity, **more)
