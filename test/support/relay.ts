import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { chance } from './chance.ts'

/** Of a hundred messages, how many are lost, come twice, and come late (so that later ones overtake them). */
export interface Mischief {
  lose: number
  double: number
  delay: number
}

/** Stands between a sender of webhooks and its receiver, and takes every message with a friendly 202, whatever becomes of it. */
export interface Relay {
  url: string
  readonly counts: { passed: number; lost: number; doubled: number; delayed: number }
  /** Messages that are still to be passed on. */
  readonly held: number
  stop(): Promise<void>
}

const LATEST_MS = 1_500

export async function relay(target: string, { lose, double, delay }: Mischief, seed: number): Promise<Relay> {
  const random = chance(seed)
  const counts = { passed: 0, lost: 0, doubled: 0, delayed: 0 }
  let held = 0
  let stopped = false

  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming)
    const luck = random(100)
    const forward = () => send(incoming.url ?? '/', incoming.headers, body)
    if (luck < lose) {
      counts.lost += 1
      outgoing.writeHead(202).end()
    } else if (luck < lose + delay) {
      counts.delayed += 1
      later(random(LATEST_MS), forward)
      outgoing.writeHead(202).end()
    } else {
      const status = await forward()
      if (status < 300) counts.passed += 1
      if (status < 300 && random(100) < double) {
        counts.doubled += 1
        later(random(LATEST_MS), forward)
      }
      outgoing.writeHead(status).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    get held() {
      return held
    },
    async stop() {
      stopped = true
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }

  function later(afterMs: number, forward: () => Promise<number>): void {
    held += 1
    setTimeout(async () => {
      // The receiver may be away for a moment, as it is for whoever sends directly.
      if (!stopped && (await forward()) >= 300) later(200, forward)
      held -= 1
    }, afterMs)
  }

  /** @returns the receiver's status; 503 where there is none */
  async function send(
    path: string,
    { host: _, connection: __, ...headers }: IncomingHttpHeaders,
    body: Buffer,
  ): Promise<number> {
    try {
      const kept = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
        typeof value === 'string' && !DROPPED.has(name) ? [[name, value]] : [],
      )
      const answer = await fetch(`${target}${path}`, { method: 'POST', headers: kept, body: new Uint8Array(body) })
      await answer.arrayBuffer()
      return answer.status
    } catch {
      return 503
    }
  }
}

const DROPPED = new Set(['transfer-encoding', 'content-length', 'keep-alive', 'expect'])
