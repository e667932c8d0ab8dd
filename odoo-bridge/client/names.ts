/** What Odoo's error names mean to us; the names are Python's, from design/ODOO.md 2 and 3 and Odoo's source. */

/** What the HTML 404 says when the database is away, misspelt or filtered out. */
export const NO_DATABASE = 'No database is selected'
/** Of the addon, of which this bridge calls everything. Its manifest has the same or a newer one. */
export const MODULE_NEEDED = '19.0.1.0.0'

/** Our own name for the second look's finding (database.ts). */
export const WRONG_DATABASE = 'clarity.WrongDatabase'
/** Our own name for an error while Odoo looked the key up (json2.ts). */
export const SIGN_IN_FAILED = 'clarity.SignInFailed'

export const CREDENTIALS = new Set([
  'werkzeug.exceptions.Unauthorized',
  'odoo.exceptions.AccessDenied',
  'odoo.http.SessionExpiredException',
])

/** Name to the cause of a `retry`. */
export const TRANSIENT = new Map(
  Object.entries({
    [SIGN_IN_FAILED]: 'server_error',
    'psycopg2.errors.SerializationFailure': 'conflict',
    'psycopg2.errors.DeadlockDetected': 'conflict',
    'psycopg2.errors.LockNotAvailable': 'conflict',
    'odoo.exceptions.LockError': 'conflict',
    'odoo.exceptions.ConcurrencyError': 'conflict',
    'psycopg2.pool.PoolError': 'busy',
    'odoo.sql_db.PoolError': 'busy',
    'psycopg2.errors.TooManyConnections': 'busy',
    'werkzeug.exceptions.TooManyRequests': 'throttled',
    'werkzeug.exceptions.RequestTimeout': 'timeout',
    'werkzeug.exceptions.GatewayTimeout': 'timeout',
    'psycopg2.OperationalError': 'database_down',
    'psycopg2.InterfaceError': 'database_down',
    'psycopg2.DatabaseError': 'database_down',
    'psycopg2.errors.AdminShutdown': 'database_down',
    'psycopg2.errors.CrashShutdown': 'database_down',
    'psycopg2.errors.CannotConnectNow': 'database_down',
    'psycopg2.errors.ConnectionFailure': 'database_down',
    'psycopg2.errors.ConnectionDoesNotExist': 'database_down',
    'psycopg2.errors.ReadOnlySqlTransaction': 'database_down',
    'psycopg2.errors.InFailedSqlTransaction': 'server_error',
    'psycopg2.errors.QueryCanceled': 'timeout',
    'psycopg2.errors.DiskFull': 'server_error',
    'psycopg2.errors.OutOfMemory': 'server_error',
  }),
)

export const PERMANENT_VALUE = 'Correct the value, or the mapping rule that made it, and replay.'
const RULE = { code: 'business_rule', remedy: 'Do what Odoo asks for, then replay.' }
const VALUE = { code: 'invalid_value', remedy: PERMANENT_VALUE }
const DEFECT = {
  code: 'bad_request',
  remedy: 'Check the mapping; if it is right, this is a defect: report it with the message.',
}
const MISSING = { code: 'not_found', remedy: 'The record was deleted in Odoo. Restore it or unlink it, then replay.' }

/** Name to what a person is told. */
export const PERMANENT = new Map(
  Object.entries({
    'odoo.exceptions.ValidationError': RULE,
    'odoo.exceptions.UserError': RULE,
    'odoo.exceptions.RedirectWarning': RULE,
    'odoo.exceptions.Warning': RULE,
    'odoo.exceptions.MissingError': MISSING,
    'odoo.exceptions.AccessError': {
      code: 'access_denied',
      remedy: 'Give the service user this right in Odoo, then replay.',
    },
    'werkzeug.exceptions.NotFound': {
      code: 'unknown_model',
      remedy: 'Install the Odoo app that brings this model or method, then replay.',
    },
    'werkzeug.exceptions.Forbidden': {
      code: 'access_denied',
      remedy: 'Give the service user this right in Odoo, then replay.',
    },
    'werkzeug.exceptions.UnprocessableEntity': DEFECT,
    'werkzeug.exceptions.BadRequest': DEFECT,
    'werkzeug.exceptions.UnsupportedMediaType': DEFECT,
    'builtins.TypeError': DEFECT,
    'builtins.AttributeError': DEFECT,
    'builtins.KeyError': VALUE,
    'builtins.IndexError': DEFECT,
    'builtins.AssertionError': DEFECT,
    'builtins.NotImplementedError': DEFECT,
    'builtins.ValueError': VALUE,
    'builtins.OverflowError': VALUE,
    'decimal.InvalidOperation': VALUE,
  }),
)
