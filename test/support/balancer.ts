import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'

/** As the Service of a cluster stands before replicas: each request goes to the next of them in turn. */
export interface Balancer {
  url: string
  /** To whom from now on. */
  to(urls: readonly string[]): void
  stop(): Promise<void>
}

export async function openBalancer(urls: readonly string[]): Promise<Balancer> {
  let targets = urls
  let turn = 0
  const agent = new Agent({ keepAlive: true })
  const server = createServer((asked, answer) => {
    const target = targets[turn++ % targets.length] ?? ''
    const forward = request(
      new URL(asked.url ?? '/', target),
      { agent, method: asked.method, headers: asked.headers },
      (answered) => {
        answer.writeHead(answered.statusCode ?? 502, answered.headers)
        pipeline(answered, answer).catch(() => answer.destroy())
      },
    )
    // The sender sees a connection that breaks, as it would of a replica that is killed, and sends it again.
    pipeline(asked, forward).catch(() => answer.destroy())
    forward.on('error', () => answer.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    to(urls) {
      targets = urls
    },
    async stop() {
      agent.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
