import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

export const lineFaults = [
  'latency',
  'reset',
  'blackhole',
  'status',
  'truncated',
  'corrupted',
  'duplicated',
  'delayed',
] as const
export type LineFault = (typeof lineFaults)[number]

/** What a line does to what travels over it. `down`: nobody is there at all. */
export interface Weather {
  fault: LineFault | 'down'
  /** Of a hundred requests. */
  percent: number
}

/** One direction of HTTP between two parties, through which faults are injected. */
export interface Line {
  name: string
  url: string
  /** Fair weather when undefined. */
  weather: Weather | undefined
  /** Requests that a fault befell since the line was opened. */
  readonly injected: number
  readonly requests: number
  /** Bodies, both ways. */
  readonly bytes: number
  stop(): Promise<void>
}

/** @param target asked for each request, so that it can lead to another replica */
export async function openLine(name: string, target: () => string, random: (below: number) => number): Promise<Line> {
  const agent = new Agent({ keepAlive: true })
  let injected = 0
  let requests = 0
  let bytes = 0
  const server = createServer((incoming, outgoing) => void carry(incoming, outgoing).catch(() => incoming.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const line: Line = {
    name,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    weather: undefined,
    get injected() {
      return injected
    },
    get requests() {
      return requests
    },
    get bytes() {
      return bytes
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      agent.destroy()
      await closed
    },
  }
  return line

  async function carry(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { weather } = line
    if (weather?.fault === 'down') {
      injected++
      return void incoming.socket.destroy()
    }
    const message: Message = {
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers: incoming.headers,
      body: await buffer(incoming),
    }
    const fault = weather && random(100) < weather.percent ? weather.fault : undefined
    if (fault === undefined) return say(outgoing, await onward(message))
    injected++
    await strike(fault, message, incoming, outgoing)
  }

  async function strike(
    fault: Exclude<Weather['fault'], 'down'>,
    message: Message,
    { socket }: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> {
    switch (fault) {
      case 'latency':
        await sleep(50 + random(1_500))
        return say(outgoing, await onward(message))
      case 'reset':
        // Before the far side heard of it, or after it did the work.
        if (random(2) === 0) await onward(message)
        return void socket.resetAndDestroy()
      case 'blackhole':
        // No answer, ever: the caller has to give up by itself.
        if (random(2) === 0) await onward(message)
        return
      case 'status': {
        if (random(3) === 0) await onward(message)
        const status = [500, 502, 503, 504, 429][random(5)] ?? 500
        const wait = status === 503 || status === 429 ? { 'retry-after': '1' } : {}
        return say(outgoing, { status, headers: { 'content-type': 'text/html', ...wait }, body: Buffer.from('<h1>') })
      }
      case 'truncated':
        return truncate(message, outgoing)
      case 'corrupted':
        return corrupt(message, outgoing)
      case 'duplicated': {
        const [answer] = await Promise.all([onward(message), onward(message)])
        return say(outgoing, answer)
      }
      case 'delayed': {
        if (random(2) === 0) {
          await sleep(1_000 + random(5_000))
          return say(outgoing, await onward(message))
        }
        // And once more when the world has moved on.
        const answer = await onward(message)
        setTimeout(() => void onward(message).catch(() => undefined), 2_000 + random(6_000))
        return say(outgoing, answer)
      }
    }
  }

  /** The end of an answer is missing, with and without the line being cut; or the end of a request, at its sender's word. */
  async function truncate(message: Message, outgoing: ServerResponse): Promise<void> {
    const how = random(3)
    if (how === 0 && message.body.length > 1)
      return say(outgoing, await onward({ ...message, body: half(message.body) }))
    const answer = await onward(message)
    if (how === 1) return say(outgoing, { ...answer, body: half(answer.body) })
    outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': String(answer.body.length + 1) })
    outgoing.write(half(answer.body), () => outgoing.destroy())
  }

  /** A byte that no JSON may hold. What stays valid is for TLS to notice: neither side could. */
  async function corrupt(message: Message, outgoing: ServerResponse): Promise<void> {
    if (message.body.length > 0 && random(2) === 0)
      return say(outgoing, await onward({ ...message, body: spoilt(message.body) }))
    const answer = await onward(message)
    say(outgoing, { ...answer, body: spoilt(answer.body) })
  }

  function spoilt(body: Buffer): Buffer {
    const copy = Buffer.from(body)
    if (copy.length > 0) copy[random(copy.length)] = 0
    return copy
  }

  function onward({ method, path, headers, body }: Message): Promise<Answer> {
    const far = new URL(target())
    requests++
    bytes += body.length
    const { connection: _, 'transfer-encoding': __, ...kept } = headers
    const sent = { ...kept, host: far.host, ...(body.length > 0 ? { 'content-length': String(body.length) } : {}) }
    return new Promise((resolve, reject) => {
      const going = request(
        { agent, host: far.hostname, port: far.port, method, path, headers: sent },
        async (answer) => {
          try {
            const { 'transfer-encoding': ___, connection: ____, 'content-length': _____, ...back } = answer.headers
            const said = await buffer(answer)
            bytes += said.length
            resolve({ status: answer.statusCode ?? 502, headers: back, body: said })
          } catch (error) {
            reject(error)
          }
        },
      )
      going.on('error', reject)
      going.end(body)
    })
  }
}

interface Message {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

const half = (body: Buffer): Buffer => body.subarray(0, Math.floor(body.length / 2))

function say(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  const length = status === 204 || status === 304 ? {} : { 'content-length': String(body.length) }
  outgoing.writeHead(status, { ...headers, ...length }).end(body)
}
