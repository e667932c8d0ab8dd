import { z } from 'zod'
import { retryAfter } from '../../shared/retry-after.ts'

/**
 * What came back from Odoo, read once and stripped: a traceback (`debug`) never gets past this file. Odoo tells what went
 * wrong by the name of a Python class; the HTTP status alone means little (500 can be permanent, 404 a database that is away).
 */
export type Answer = { kind: 'value'; value: unknown } | Fault

const retryAfterMs = z.number().optional()
export const fault = z.discriminatedUnion('kind', [
  /** Odoo's own error object. */
  z.object({ kind: z.literal('error'), status: z.number(), name: z.string(), message: z.string(), retryAfterMs }),
  /** Anything that is not Odoo's JSON: an HTML page of Odoo, a proxy or a stranger. */
  z.object({
    kind: z.literal('page'),
    status: z.number(),
    text: z.string(),
    location: z.string().optional(),
    retryAfterMs,
  }),
  /** No answer: refused, reset, timed out, untrusted. */
  z.object({ kind: z.literal('silence'), code: z.string(), message: z.string() }),
])
export type Fault = z.infer<typeof fault>

/** Reads a `/json/2` answer to its end. */
export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  const json = isJson(response) ? parseJson(text) : NOT_JSON
  if (json === NOT_JSON) return page(response, text)
  if (response.ok) return { kind: 'value', value: json }
  const error = odooError.safeParse(json)
  return error.success ? errorFault(response.status, error.data, waitOf(response)) : page(response, '')
}

/** Reads a `/jsonrpc` answer. It is always HTTP 200; one with neither result nor error is a method that returned nothing. */
export async function rpcAnswerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  const json = isJson(response) ? parseJson(text) : NOT_JSON
  const rpc = rpcReply.safeParse(json)
  if (!response.ok || !rpc.success) return page(response, json === NOT_JSON ? text : '')
  const { error, result } = rpc.data
  return error ? errorFault(response.status, error.data) : { kind: 'value', value: result ?? null }
}

/** Turns what `fetch` threw into a fault. Anything else it threw is a bug and is thrown on. */
export function silenceOf(error: unknown): Fault {
  if (!(error instanceof Error)) throw error
  if (error.name === 'TimeoutError') return { kind: 'silence', code: 'TIMEOUT', message: 'Odoo did not answer in time' }
  if (error.name === 'AbortError') return { kind: 'silence', code: 'ABORTED', message: 'The call was given up' }
  const cause = networkError.safeParse(error.cause)
  if (!cause.success) throw error
  return { kind: 'silence', code: cause.data.code, message: tidy(cause.data.message || cause.data.code) }
}

/** One sentence or two, never a wall: the first 500 characters, and of a database error only its first line (the rest quotes data). */
export function tidy(message: string, name = ''): string {
  const text = (name.startsWith('psycopg2') ? (message.split('\n')[0] ?? '') : message).trim()
  return text.length > 500 ? `${text.slice(0, 499)}…` : text
}

const NOT_JSON = Symbol('not JSON')
const odooError = z.object({ name: z.string(), message: z.string().catch('') })
const rpcReply = z.object({ result: z.unknown().optional(), error: z.object({ data: odooError }).optional() })
const networkError = z.object({ code: z.string(), message: z.string().catch('') })

const isJson = (response: Response) => /^application\/(.+\+)?json\b/i.test(response.headers.get('content-type') ?? '')

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return NOT_JSON
  }
}

function errorFault(status: number, error: z.infer<typeof odooError>, retryAfterMs?: number): Fault {
  const { name, message } = error
  return { kind: 'error', status, name, message: tidy(message, name), retryAfterMs }
}

function page(response: Response, text: string): Fault {
  const plain = text
    .replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
  const location = response.headers.get('location') ?? undefined
  return {
    kind: 'page',
    status: response.status,
    text: tidy(plain),
    location,
    retryAfterMs: waitOf(response),
  }
}

const waitOf = ({ headers }: Response) => retryAfter(headers.get('retry-after'), Date.now())
