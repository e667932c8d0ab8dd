import http from 'node:http'
import https from 'node:https'

/** What one attempt to deliver came to. `status` 0 means that nothing came back. */
export interface Sent {
  status: number
  retryAfter: string | undefined
  error: string | undefined
}

export type Send = ReturnType<typeof createSender>['send']

/** Posts over connections that stay open. Redirects are not followed: the contract counts them as failures. */
export function createSender(connections: number, timeoutMs: number) {
  const options = { keepAlive: true, maxSockets: connections }
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) }

  return {
    send(url: string, body: Buffer, headers: Record<string, string>): Promise<Sent> {
      const target = new URL(url)
      const secure = target.protocol === 'https:'
      const request = (secure ? https : http).request(target, {
        method: 'POST',
        agent: secure ? agents['https:'] : agents['http:'],
        headers: { 'content-type': 'application/json', 'content-length': body.length, ...headers },
        signal: AbortSignal.timeout(timeoutMs),
      })
      return new Promise((resolve) => {
        request.on('response', (response) => {
          response.on('error', () => {})
          response.resume()
          resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], error: undefined })
        })
        request.on('error', (error) => resolve({ status: 0, retryAfter: undefined, error: reasonOf(error, timeoutMs) }))
        request.end(body)
      })
    },
    close(): void {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}

function reasonOf(error: Error, timeoutMs: number): string {
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
