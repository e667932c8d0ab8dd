import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/** A port on loopback that was free a moment ago. Prefer listening on port 0 where the server can say what it got. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts()
  return port
}

/** A free port of which those so far above it are free, too. */
export async function freePorts(...offsets: number[]): Promise<[number, ...number[]]> {
  for (;;) {
    const first = await listen(0)
    const port = portOf(first)
    const others = await Promise.all(offsets.map((offset) => listen(port + offset).catch(() => undefined)))
    await Promise.all([first, ...others].map((server) => server && new Promise((closed) => server.close(closed))))
    if (others.every((server) => server !== undefined)) return [port, ...offsets.map((offset) => port + offset)]
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return address.port
}
