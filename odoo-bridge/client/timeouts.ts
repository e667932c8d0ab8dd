import type { Timeouts } from './options.ts'

/** The caller's own signal or the deadline of this kind of call, whichever comes first. */
export function deadlineOf(request: Request, timeouts: Timeouts): AbortSignal {
  const reading = READS.has(methodOf(request.url).method)
  return AbortSignal.any([request.signal, AbortSignal.timeout(reading ? timeouts.read : timeouts.write)])
}

/** Model and method of a `/json/2/<model>/<method>` address. */
export function methodOf(url: string): { model: string; method: string } {
  const [, model, method] = /\/json\/2\/([^/]+)\/([^/?]+)/.exec(url) ?? []
  if (!model || !method) throw new Error(`not a /json/2/<model>/<method> address: ${url}`)
  return { model, method }
}

const READS = new Set([
  'ping',
  'describe',
  'choices',
  'product_facts',
  'read_history',
  'read_state',
  'pull',
  'read',
  'search',
  'search_read',
  'search_count',
  'fields_get',
  'name_search',
  'context_get',
])
