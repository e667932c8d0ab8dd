import { Agent, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { z } from 'zod'
import { openSandboxStage } from '../support/sandbox-stage.ts'
import { operations, type Shot } from './requests.ts'

export interface FuzzReport {
  requests: number
  operations: number
  statuses: Record<string, number>
  /** What must not be: with the request that brought it about. */
  faults: string[]
  /** Resident memory of the extension, in MB: after a fifth of the requests, and at the end. */
  rssEarly: number
  rssLate: number
}

const AT_ONCE = 16
/** As many shots are made of an operation at a time. */
const ROUND = 20
const LATEST_MS = 60_000
const MOST_FAULTS = 20
/** Between two collections of garbage it goes up and down by half of this. */
const MOST_GROWTH_MB = 100
/** Bytes that every door takes. */
const SMALLEST_LIMIT = 8 * 1024

/** The whole extension with its far sides, shot at with what its OpenAPI documents describe and with what they do not. */
export async function fuzz(
  requests: number,
  seed: number,
  say: (line: string) => void = () => {},
): Promise<FuzzReport> {
  const stage = await openSandboxStage()
  try {
    return await shootAt(stage, requests, seed, say)
  } finally {
    await stage.dispose()
  }
}

async function shootAt(
  stage: Awaited<ReturnType<typeof openSandboxStage>>,
  requests: number,
  seed: number,
  say: (line: string) => void,
): Promise<FuzzReport> {
  const { bridge } = stage
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const session = await adminOf(bridge.url)
  const all = operations({ admin: session.headers, secrets: stage.secrets })
  const faults: string[] = []
  const statuses: Record<string, number> = {}
  const pid = bridge.pid
  let sent = 0
  let rssEarly = 0

  const queue = shots(all, requests, seed)
  const worker = async () => {
    for (const shot of queue) {
      if (faults.length >= MOST_FAULTS) return
      const fault = await judge(shot)
      if (fault) {
        faults.push(`${fault}: ${shot.method} ${shot.path.slice(0, 300)} ${shot.body?.toString().slice(0, 500) ?? ''}`)
        say(faults.at(-1) ?? '')
      }
      if (++sent === Math.floor(requests / 5)) rssEarly = bridge.rss()
      if (sent % 10_000 === 0) say(`${sent} sent, ${bridge.rss().toFixed(0)} MB`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  agent.destroy()
  if (bridge.pid !== pid || !(await fetch(`${bridge.url}/health/live`)).ok) faults.push('the extension is gone')
  const rssLate = bridge.rss()
  if (rssLate > rssEarly + MOST_GROWTH_MB)
    faults.push(`memory grew from ${rssEarly.toFixed(0)} to ${rssLate.toFixed(0)} MB`)
  return { requests: sent, operations: all.length, statuses, faults, rssEarly, rssLate }

  async function judge(shot: Shot): Promise<string | undefined> {
    const used = session.headers()
    let answer: { status: number; type: string; text: string }
    try {
      answer = await send(shot)
    } catch (error) {
      // A body that is too large is answered before it has come, and the rest of it finds a closed door.
      if ((shot.body?.length ?? 0) > SMALLEST_LIMIT && /ECONNRESET|EPIPE/.test(String(error))) return undefined
      return `no answer (${error instanceof Error ? error.message : error})`
    }
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
    if (answer.status === 401 && shot.headers.cookie === used.cookie) await session.renew(used)
    // Only a body says why.
    if (answer.status >= 500 && shot.method === 'head') return judge({ ...shot, method: 'get' })
    if (answer.status >= 500 && !EXPECTED.test(answer.text))
      return `${answer.status} ${answer.text.slice(0, 300)} ${loggedOf(answer.text)}`
    if (INSIDE.test(answer.text) && answer.status >= 400) return `tells of its inside: ${answer.text.slice(0, 300)}`
    if (answer.status >= 400 && shot.path.startsWith('/api/') && shot.method !== 'head') {
      const problem = problemShape.safeParse(parsed(answer.text))
      if (!problem.success) return `${answer.status} without a remedy: ${answer.text.slice(0, 300)}`
    }
    return undefined
  }

  /** What the extension itself says of a request. */
  function loggedOf(answer: string): string {
    const id = problemShape.safeParse(parsed(answer)).data?.requestId
    const line =
      id &&
      bridge
        .log()
        .split('\n')
        .find((one) => one.includes(id) && one.includes('"err"'))
    return line ? line.slice(0, 1_000) : ''
  }

  function send({ method, path, headers, body }: Shot): Promise<{ status: number; type: string; text: string }> {
    const address = `10.${(sent >> 16) & 255}.${(sent >> 8) & 255}.${sent & 255}`
    return new Promise((resolve, reject) => {
      const asked = request(
        bridge.url + path,
        {
          agent,
          method: method.toUpperCase(),
          // Each from an address of its own: what one address may send in a minute has its own tests.
          headers: { ...headers, origin: bridge.url, 'x-forwarded-for': address, 'content-length': body?.length ?? 0 },
          timeout: LATEST_MS,
        },
        (response: IncomingMessage) => {
          const told = { status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '' }
          if (told.type.startsWith('text/event-stream')) {
            response.destroy()
            return resolve({ ...told, text: '' })
          }
          buffer(response).then((bytes) => resolve({ ...told, text: bytes.toString() }), reject)
        },
      )
      asked.once('timeout', () => asked.destroy(new Error('none in a minute')))
      asked.once('error', reject)
      asked.end(body)
    })
  }
}

/** 503 where somebody else is away, with the remedy. */
const EXPECTED = /"code":"(odoo_away|panel_not_built)"/
/** Of a program's inside, in an answer for others. */
const INSIDE = /node:internal|\.[jt]s:\d+|SQLITE_|SqliteError|syntax error at|node_modules/
const problemShape = z.object({
  code: z.string().min(1),
  detail: z.string().min(1),
  remedy: z.string().min(1),
  requestId: z.string(),
})

/** Whoever changes how the two sides are reached ends what their webhooks bring: the last tenth. */
const ENDING = /^(post|patch|put|delete) .*\/(connections|setup)/

function* shots(all: ReturnType<typeof operations>, requests: number, seed: number): Generator<Shot> {
  let made = 0
  for (let round = 0; ; round++)
    for (const [index, { name, shots }] of all.entries()) {
      if (ENDING.test(name) && made < requests * 0.9) continue
      for (const shot of fc.sample(shots, { numRuns: ROUND, seed: seed + round * 1_000 + index })) {
        if (made++ >= requests) return
        yield shot
      }
    }
}

async function adminOf(url: string) {
  let headers = await signIn()
  let renewing: Promise<void> | undefined
  return {
    headers: () => headers,
    async renew(used: Record<string, string>): Promise<void> {
      if (used.cookie !== headers.cookie) return
      renewing ??= signIn().then((fresh) => {
        headers = fresh
        renewing = undefined
      })
      await renewing
    },
  }

  async function signIn(): Promise<Record<string, string>> {
    const response = await fetch(`${url}/api/session`, {
      method: 'POST',
      headers: { origin: url, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'admin', password: 'correct horse battery' }),
    })
    if (!response.ok) throw new Error(`sign-in ${response.status}: ${await response.text()}`)
    const { csrfToken } = z.object({ csrfToken: z.string() }).parse(await response.json())
    return {
      cookie: response.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; '),
      'x-csrf-token': csrfToken,
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
