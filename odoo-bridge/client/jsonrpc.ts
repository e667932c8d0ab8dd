import { z } from 'zod'
import { type Answer, type Fault, rpcAnswerOf, silenceOf } from './answer.ts'
import type { Settings } from './options.ts'
import { deadlineOf, methodOf } from './timeouts.ts'
import type { Send } from './transport.ts'

/**
 * Odoo before 19: one `/jsonrpc` execute_kw call per request. Signing in hashes a password (350 ms), so the uid is kept
 * and asked for again only when Odoo refuses it.
 */
export function jsonrpc(settings: Settings): Send {
  let signedIn: Promise<Answer> | undefined

  async function uid(fresh: boolean): Promise<Answer> {
    if (fresh || !signedIn) signedIn = authenticate(settings)
    const asked = signedIn
    const answer = await asked
    if (answer.kind !== 'value' && signedIn === asked) signedIn = undefined
    return answer
  }

  return async (request) => {
    const body = requestBody.parse(await request.clone().json())
    const known = signedIn !== undefined
    const answer = await execute(request, body, await uid(false), settings)
    if (!known || !isRefused(answer)) return answer
    return execute(request, body, await uid(true), settings)
  }
}

/** One call of a service of `/jsonrpc`, within a deadline. */
export async function rpc(
  settings: Settings,
  { service, method, args }: { service: string; method: string; args: unknown[] },
  { headers, signal }: { headers?: Headers; signal: AbortSignal },
): Promise<Answer> {
  const body = JSON.stringify({ jsonrpc: '2.0', method: 'call', id: 1, params: { service, method, args } })
  const sent = new Headers(headers)
  sent.set('content-type', 'application/json')
  try {
    return await rpcAnswerOf(
      await settings.fetch(`${settings.base}/jsonrpc`, {
        method: 'POST',
        headers: sent,
        body,
        redirect: 'manual',
        signal,
      }),
    )
  } catch (error) {
    return silenceOf(error)
  }
}

const requestBody = z.looseObject({ ids: z.array(z.int()).optional(), vals_list: z.unknown().optional() })

async function authenticate(settings: Settings): Promise<Answer> {
  const { db, login, secret, timeouts } = settings
  const call = { service: 'common', method: 'authenticate', args: [db, login, secret, {}] }
  const answer = await rpc(settings, call, { signal: AbortSignal.timeout(timeouts.read) })
  if (answer.kind !== 'value') return answer
  return z.int().positive().safeParse(answer.value).success ? answer : DENIED
}

/** Odoo says `false` for a wrong login, password or key. */
const DENIED: Fault = {
  kind: 'error',
  status: 200,
  name: 'odoo.exceptions.AccessDenied',
  message: 'Wrong login, password or API key',
}

async function execute(
  request: Request,
  body: z.infer<typeof requestBody>,
  uid: Answer,
  settings: Settings,
): Promise<Answer> {
  if (uid.kind !== 'value') return uid
  const { model, method } = methodOf(request.url)
  const [positional, named] = argumentsOf(method, body)
  const args = [settings.db, uid.value, settings.secret, model, method, positional, named]
  const signal = deadlineOf(request, settings.timeouts)
  return rpc(settings, { service: 'object', method: 'execute_kw', args }, { headers: trace(request), signal })
}

/** `ids` come first by position; so must what `create` is given, for Odoo looks at its first argument afterwards. */
function argumentsOf(method: string, { ids, vals_list, ...named }: z.infer<typeof requestBody>): [unknown[], object] {
  if (method === 'create' && vals_list !== undefined) return [[vals_list], named]
  return [ids ? [ids] : [], vals_list === undefined ? named : { ...named, vals_list }]
}

function trace(request: Request): Headers {
  const headers = new Headers()
  for (const name of ['traceparent', 'tracestate']) {
    const value = request.headers.get(name)
    if (value) headers.set(name, value)
  }
  return headers
}

const isRefused = (answer: Answer) => answer.kind === 'error' && answer.name === 'odoo.exceptions.AccessDenied'
