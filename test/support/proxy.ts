import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** Stands between the bridge and a far side and loses answers on demand: the far side has done the work, nobody hears of it. */
export interface LossyProxy {
  url: string
  /** The answers of the next `times` requests whose path contains `path` are lost. */
  lose(path: string, times?: number): void
  readonly lost: number
  /** Where a request goes on to: the path as it came, unless a test says otherwise. */
  route: (path: string) => string
  stop(): Promise<void>
}

/** @param seen is told of every request when its body has come, before it goes on */
export async function lossyProxy(target: string, seen?: (path: string, body: Buffer) => void): Promise<LossyProxy> {
  const far = new URL(target)
  let losing: { path: string; times: number } | undefined
  let lost = 0
  const server = createServer((incoming, outgoing) => {
    const { method, url = '/', headers } = incoming
    const path = proxy.route(url)
    // A connection kept from the last request may be one that the far side is just closing.
    const onward = request({ host: far.hostname, port: far.port, method, path, headers, agent: false }, (answer) => {
      if (losing && losing.times > 0 && url.includes(losing.path)) {
        losing.times--
        lost++
        answer.resume().on('end', () => incoming.socket.destroy())
        return
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => incoming.socket.destroy())
    if (!seen) return void incoming.pipe(onward)
    void buffer(incoming).then((body) => {
      seen(url, body)
      onward.end(body)
    })
  })
  // Longer than who comes here keeps one.
  server.keepAliveTimeout = 75_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: LossyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lose(path, times = 1) {
      losing = { path, times }
    },
    get lost() {
      return lost
    },
    route: (path) => path,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return proxy
}
