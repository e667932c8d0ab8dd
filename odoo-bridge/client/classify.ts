import { certificateFault } from '../../shared/certificate.ts'
import { correct, type OutcomeOf, refused, retry } from '../../shared/outcome.ts'
import type { Fault } from './answer.ts'
import { CREDENTIALS, NO_DATABASE, PERMANENT, PERMANENT_VALUE, TRANSIENT, WRONG_DATABASE } from './names.ts'

/** What a failed call may become; `review` is only ever a single operation's result, never a whole call's. */
export type Failure = OutcomeOf<'retry' | 'correct' | 'refused'>

/** Which call it was. */
export interface Call {
  model: string
  method: string
}

/**
 * From Odoo's answer to what is to be done, by error name and content type, never by status alone: a 500 ValueError is
 * permanent, a 404 page is a database that is away, a 500 RedirectWarning is a business rule.
 */
export function classify(fault: Fault, call: Call): Failure {
  if (fault.kind === 'silence') return silence(fault)
  if (fault.kind === 'page') return page(fault)
  return error(fault, call)
}

type Silence = Extract<Fault, { kind: 'silence' }>
type Page = Extract<Fault, { kind: 'page' }>
type OdooError = Extract<Fault, { kind: 'error' }>

function silence({ code, message }: Silence): Failure {
  const untrusted = certificateFault(code)
  if (untrusted) return odooRefused('certificate', `The certificate of Odoo is not trusted: ${untrusted} (${code}).`)
  if (code === 'TIMEOUT') return retry('timeout', `${message}. It may have done the work; repeating is safe.`)
  return retry('network', `Odoo cannot be reached (${code}): ${message}`)
}

function page({ status, text, location, retryAfterMs }: Page): Failure {
  if (status >= 300 && status < 400) {
    return odooRefused(
      'wrong_address',
      `Odoo redirects to ${location ?? 'another address'}. Enter that address under Connections.`,
    )
  }
  if (status === 404 && text.includes(NO_DATABASE)) return retry('database_down', 'The database of Odoo is away')
  if (status === 429) return retry('throttled', 'Odoo or its proxy asks us to slow down', retryAfterMs)
  if (status === 408 || status === 425 || status >= 500) {
    return retry('server_error', `Odoo answers ${status}: ${text || 'no text'}`, retryAfterMs)
  }
  if (status === 401 || status === 403 || status === 407) {
    return odooRefused('proxy_refused', `Something before Odoo refuses us with ${status}: ${text || 'no text'}`)
  }
  if (status === 400 && GARBLED.test(text)) return garbled(text)
  if (status === 413)
    return mend('too_large', text, 'Raise the request size limit of the proxy before Odoo, or send less at once.')
  if (status === 400 || status === 415)
    return mend('bad_request', text, 'This is a defect of the bridge: report it with the message.')
  return odooRefused('wrong_address', `The address of Odoo answers ${status} with something that is not its API.`)
}

/** We only send JSON that is JSON: who cannot read it got something else, and gets it again. */
const GARBLED = /could not parse the body as json|invalid json data/i
const garbled = (message: string): Failure =>
  retry('network', `What was sent to Odoo arrived damaged: ${sentence(message)}`)

function error(fault: OdooError, call: Call): Failure {
  const { name, message, status } = fault
  if (GARBLED.test(message)) return garbled(message)
  if (isMissingDatabase(fault)) {
    return odooRefused('wrong_database', `Odoo has no database of this name for us: ${sentence(message)}`)
  }
  if (CREDENTIALS.has(name)) {
    return odooRefused('unauthorized', `Odoo refuses the key or password: ${sentence(message)}`)
  }
  if (call.model === 'clarity.bridge') {
    const own = bridge(fault, call)
    if (own) return own
  }
  const transient = TRANSIENT.get(name)
  if (transient) return retry(transient, message || name, fault.retryAfterMs)
  const permanent = PERMANENT.get(name)
  if (permanent) return mend(permanent.code, message || name, permanent.remedy, call)
  if (name.startsWith('psycopg2.errors.')) return mend('invalid_value', message, PERMANENT_VALUE, call)
  if (status === 429) return retry('throttled', message, fault.retryAfterMs)
  return retry('server_error', `${name}: ${message}`, fault.retryAfterMs)
}

/** A missing or old addon and a user outside its group stop everything: no event should burn its attempts on them. */
function bridge({ name, message }: OdooError, { method }: Call): Failure | undefined {
  if (isUnknownModel(name, message)) {
    return odooRefused(
      'module_missing',
      'The addon clarity_bridge is not installed in this database. Install it in Odoo under Apps.',
    )
  }
  if (name === 'builtins.AttributeError' || name === 'werkzeug.exceptions.NotFound') {
    return odooRefused('module_outdated', `The addon clarity_bridge has no ${method}. Upgrade it in Odoo under Apps.`)
  }
  if (name === 'odoo.exceptions.AccessError') {
    return odooRefused('access_denied', `${message} The service user needs the role Service User under Clarity Bridge.`)
  }
  // Two calls met on the same link: the loser's repeat finds what the winner wrote.
  if (name === 'psycopg2.errors.UniqueViolation') return retry('conflict', message)
  return undefined
}

const isUnknownModel = (name: string, message: string) =>
  (name === 'werkzeug.exceptions.NotFound' && /the model '.+' does not exist/.test(message)) ||
  (name === 'odoo.exceptions.UserError' && /^Object \S+ doesn't exist/.test(message)) ||
  name === 'builtins.KeyError'

const isMissingDatabase = ({ name, message }: OdooError) =>
  name === WRONG_DATABASE || (name === 'psycopg2.OperationalError' && /database ".*" does not exist/.test(message))

function mend(code: string, message: string, remedy: string, call?: Call): Failure {
  const where = call && code !== 'business_rule' ? ` (${call.model}.${call.method})` : ''
  return correct({ code, message: `${message || 'Odoo gave no reason'}${where}`, remedy })
}

/** Some of Odoo's messages end with a full stop, some do not. */
const sentence = (message: string) => `${message.trim().replace(/\.$/, '')}.`

const odooRefused = (cause: string, message: string): Failure => refused('odoo', cause, message)
