import { signHeaders } from '../../../shared/signature.ts'
import type { Outbox, Pending } from './outbox.ts'

export interface Webhook {
  url: string
  /** `whsec_` + base64; several while one is being rotated. */
  secret: string | readonly string[]
}

export type Sender = ReturnType<typeof createSender>

/**
 * Sends what waits in the outbox: at once after a change, again with growing pauses until it is acknowledged.
 * @param to where to; undefined: nowhere yet
 */
export function createSender(outbox: Outbox, to: () => string | undefined, now: () => number, secrets: () => string[]) {
  let gone = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined

  outbox.onChange(() => wake(0))

  function wake(inMs: number) {
    if (stopped || to() === undefined) return
    clearTimeout(timer)
    timer = setTimeout(() => void deliver(), inMs)
  }

  /** Sends everything that is due now; resolves when none is left. */
  async function deliver(): Promise<void> {
    running ??= pass().finally(() => {
      running = undefined
      const next = outbox.nextDueAt()
      if (next !== undefined && !gone) wake(Math.max(0, next - now()))
    })
    return running
  }

  async function pass() {
    for (let rows = outbox.due(IN_FLIGHT); rows.length > 0 && !gone && !stopped; rows = outbox.due(IN_FLIGHT)) {
      const url = to()
      if (url === undefined) return
      await Promise.all(rows.map((row) => send(row, url)))
    }
  }

  async function send(row: Pending, url: string) {
    const body = Buffer.from(row.body)
    const headers = {
      ...signHeaders(body, secrets(), row.webhook_id, now() / 1000),
      'content-type': 'application/json',
    }
    outbox.seen(row.webhook_id)
    const started = performance.now()
    const reply = await post(url, headers, body)
    if (stopped) return
    const ms = Math.round(performance.now() - started)
    outbox.record({ webhookId: row.webhook_id, thing: row.thing, answer: reply.answer, ms })
    if (reply.stored) outbox.ack([row.webhook_id])
    else outbox.postpone(row.webhook_id, now() + Math.max(reply.afterMs ?? 0, pauseAfter(row.attempts)))
    if (reply.gone) gone = true
  }

  return {
    deliver,
    get sending() {
      return to() !== undefined && !gone
    },
    /** A person asks to try again: the address is believed in once more. */
    resume() {
      gone = false
      outbox.dueNow()
      wake(0)
    },
    start: () => wake(0),
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}

const IN_FLIGHT = 8
const TIMEOUT_MS = 15_000
/** A sandbox is watched by a person: the pauses are shorter than the standard's. */
const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000]

const pauseAfter = (attempts: number): number => PAUSES_MS[Math.min(attempts, PAUSES_MS.length - 1)] ?? 0

interface Sent {
  stored: boolean
  gone: boolean
  answer: string
  afterMs?: number
}

export async function post(url: string, headers: Record<string, string>, body: Buffer): Promise<Sent> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
      redirect: 'manual',
      signal,
    })
    await response.body?.cancel()
    const seconds = Number(response.headers.get('retry-after') ?? 0)
    return {
      stored: response.ok,
      gone: response.status === 410,
      answer: String(response.status),
      afterMs: Number.isFinite(seconds) ? seconds * 1000 : 0,
    }
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    return { stored: false, gone: false, answer: reason }
  }
}
