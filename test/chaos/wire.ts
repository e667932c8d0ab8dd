import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Weather } from './line.ts'

/** A TCP connection to a database, through which faults are injected: they befall a connection, not a request. */
export interface Wire {
  name: string
  port: number
  weather: Weather | undefined
  readonly injected: number
  stop(): Promise<void>
}

/** How often an open connection may be struck. */
const TICK_MS = 200

export async function openWire(name: string, targetPort: number, random: (below: number) => number): Promise<Wire> {
  const pairs = new Set<{ near: Socket; far: Socket; late: number; deaf: boolean }>()
  let injected = 0
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: targetPort, host: '127.0.0.1', noDelay: true })
    const pair = { near, far, late: 0, deaf: false }
    pairs.add(pair)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk: Buffer) => {
        if (pair.deaf) return
        if (pair.late === 0) to.write(chunk)
        else setTimeout(() => to.writable && to.write(chunk), pair.late)
      })
      from.on('end', () => to.end())
      from.on('error', () => to.destroy())
      from.on('close', () => {
        to.destroy()
        pairs.delete(pair)
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const ticking = setInterval(tick, TICK_MS)

  const wire: Wire = {
    name,
    port: (server.address() as AddressInfo).port,
    weather: undefined,
    get injected() {
      return injected
    },
    async stop() {
      clearInterval(ticking)
      const closed = once(server, 'close')
      server.close()
      for (const { near, far } of pairs) {
        near.destroy()
        far.destroy()
      }
      await closed
    },
  }
  return wire

  function tick(): void {
    const { weather } = wire
    for (const pair of pairs) {
      if (pair.deaf) continue
      if (!weather) {
        pair.late = 0
        continue
      }
      if (weather.fault !== 'latency' && random(100) >= weather.percent) continue
      strike(weather.fault, pair)
    }
  }

  function strike(fault: Weather['fault'], pair: { near: Socket; far: Socket; late: number; deaf: boolean }): void {
    switch (fault) {
      case 'latency':
        if (pair.late === 0) injected++
        // The same for a connection, so that its bytes keep their order.
        pair.late = pair.late || 5 + random(60)
        return
      case 'blackhole':
        injected++
        pair.deaf = true
        return
      case 'truncated':
        // The server hears the end of the connection, the bridge a cut one; what is under way is lost in the middle.
        injected++
        pair.near.resetAndDestroy()
        return
      case 'reset':
      case 'down':
        injected++
        pair.near.resetAndDestroy()
        pair.far.resetAndDestroy()
        return
      default:
        return
    }
  }
}
