import { createServer as createPlain, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Certificate } from './certificates.ts'

/** What is answered in place of the far side; `reset` cuts the line. */
export type Instead = { status: number; headers?: Record<string, string>; body?: string | object } | 'reset'

/** What stands before a server: a proxy, a firewall, its TLS. Passes everything on unless it is told otherwise. */
export interface Front {
  url: string
  /** Asked at every request for its answer; undefined passes it on, a promise of it later. */
  answer: (path: string, method: string) => Instead | undefined | Promise<undefined>
  /** Headers that are changed on their way in. */
  rewrite: Record<string, string>
  /** Another certificate from now on; lines that are open are cut. */
  wear(certificate: Certificate): void
  stop(): Promise<void>
}

/**
 * @param target asked for each request where it is a function: a balancer gives them to several in turn
 * @param certificate speaks TLS where one is given
 */
export async function openFront(target: string | (() => string), certificate?: Certificate): Promise<Front> {
  const secure = certificate && createSecure(certificate, handle)
  const server = secure ?? createPlain(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const front: Front = {
    url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}`,
    answer: () => undefined,
    rewrite: {},
    wear(other) {
      secure?.setSecureContext(other)
      server.closeAllConnections()
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return front

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = incoming
    const instead = await front.answer(url, method)
    if (instead === 'reset') return void incoming.socket.destroy()
    if (instead) return void incoming.resume().on('end', () => say(instead, outgoing))
    const far = new URL(typeof target === 'string' ? target : target())
    const onward = request(
      { host: far.hostname, port: far.port, method, path: url, headers: { ...headers, ...front.rewrite } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    onward.on('error', () => incoming.socket.destroy())
    incoming.pipe(onward)
  }
}

function say({ status, headers = {}, body = '' }: Exclude<Instead, 'reset'>, outgoing: ServerResponse): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/html' : 'application/json'
  outgoing.writeHead(status, { 'content-type': type, ...headers }).end(text)
}
