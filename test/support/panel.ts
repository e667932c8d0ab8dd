import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'

/** The API takes 600 requests a minute of one address: whoever waits for something asks the same thing no faster than this. */
const SAME_QUESTION_MS = 250

/** The panel's API of a running bridge. Signs in at the first call. */
export function panelOf(bridge: { url: string }) {
  let headers: Record<string, string> | undefined
  const asked = new Map<string, number>()
  return async <T>(method: string, path: string, body?: object): Promise<T> => {
    headers ??= await signIn()
    if (method === 'GET') await patience(path)
    const response = await send(method, path, body, headers)
    if (!response.ok) throw new Error(`${method} ${path} ${response.status}: ${await response.text()}`)
    return (response.status === 204 ? undefined : await response.json()) as T
  }

  async function patience(path: string): Promise<void> {
    const early = (asked.get(path) ?? Number.NEGATIVE_INFINITY) + SAME_QUESTION_MS - performance.now()
    if (early > 0) await pause(early)
    asked.set(path, performance.now())
  }

  async function signIn(): Promise<Record<string, string>> {
    const response = await send('POST', '/session', { name: 'admin', password: 'correct horse battery' }, {})
    if (!response.ok) throw new Error(`sign-in ${response.status}: ${await response.text()}`)
    const { csrfToken } = z.object({ csrfToken: z.string() }).parse(await response.json())
    const cookie = response.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ')
    return { cookie, 'x-csrf-token': csrfToken }
  }

  function send(method: string, path: string, body: object | undefined, extra: Record<string, string>) {
    return fetch(`${bridge.url}/api${path}`, {
      method,
      headers: { origin: bridge.url, 'content-type': 'application/json', ...extra },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
  }
}
