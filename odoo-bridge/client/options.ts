/** How to reach one Odoo database. */
export interface OdooOptions {
  /** Where Odoo answers, with a path if it lives under one. */
  url: string
  db: string
  /** Needed for `jsonrpc`, which signs in by login. */
  login?: string
  /** 40 hex characters. Needed for `json2`; stands in for the password on `jsonrpc`. */
  apiKey?: string
  password?: string
  /** `json2` for Odoo 19 and later, `jsonrpc` before, `auto` asks the server once and remembers. Default `auto`. */
  transport?: 'json2' | 'jsonrpc' | 'auto'
  timeouts?: Partial<Timeouts>
  /** The fetch underneath; the real one unless a test says otherwise. */
  fetch?: typeof globalThis.fetch
}

/** Milliseconds. */
export interface Timeouts {
  /** Calls that change nothing. Default 30 s. */
  read: number
  /** Everything else. Odoo itself repeats a lost race for up to 30 s, so never less than 60 s. Default 120 s. */
  write: number
}

const LEAST_WRITE_MS = 60_000

/** The options completed, or an Error that names the missing one. */
export function complete(options: OdooOptions) {
  const { url, db, login, apiKey, password, transport = 'auto', timeouts = {} } = options
  const secret = apiKey ?? password
  if (!secret) throw new Error('Odoo needs an API key or, before 19, a password')
  if (transport === 'json2' && !apiKey) throw new Error('The protocol json2 needs an API key')
  if ((transport === 'jsonrpc' || !apiKey) && !login) {
    throw new Error('The protocol jsonrpc needs the login of the service user')
  }
  const { read = 30_000, write = 120_000 } = timeouts
  return {
    base: new URL(url).href.replace(/\/+$/, ''),
    db,
    login,
    apiKey,
    secret,
    transport,
    timeouts: { read, write: Math.max(write, LEAST_WRITE_MS) },
    fetch: options.fetch ?? globalThis.fetch,
  }
}

export type Settings = ReturnType<typeof complete>
