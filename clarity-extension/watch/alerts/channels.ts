import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { z } from 'zod'
import { isSecret, newWebhookId, signHeaders } from '../../../shared/signature.ts'
import { checkUrl, guardedLookup } from './guard.ts'

const named = {
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  name: z.string().trim().min(1).max(100),
  enabled: z.boolean(),
}

/** Where alerts go. Stored sealed: addresses of chats are secrets, too. */
export const channel = z.discriminatedUnion('kind', [
  z.strictObject({
    ...named,
    kind: z.literal('email'),
    host: z.string().trim().min(1).max(253),
    port: z.int().min(1).max(65_535),
    user: z.string().max(200),
    password: z.string().max(500),
    from: z.email(),
    to: z.array(z.email()).min(1).max(20),
  }),
  z.strictObject({ ...named, kind: z.literal('chat'), url: z.url() }),
  z.strictObject({
    ...named,
    kind: z.literal('webhook'),
    url: z.url(),
    secret: z.string().refine(isSecret, 'must be whsec_ followed by base64 of 24 to 64 random bytes'),
  }),
])
export type Channel = z.infer<typeof channel>

export interface Notice {
  state: 'raised' | 'cleared' | 'test'
  alerts: { key: string; rule: string; severity: string; title: string; text: string; url: string; since: string }[]
}

export interface SendOptions {
  allowPrivate: boolean
  now(): number
}

const TIMEOUT_MS = 10_000

/** Hands a notice to a channel. @throws with a sentence for the person who set it up */
export async function send(to: Channel, notice: Notice, options: SendOptions): Promise<void> {
  if (to.kind === 'email') return sendMail(to, notice, options)
  if (to.kind === 'chat') return post(to.url, Buffer.from(JSON.stringify({ text: textOf(notice) })), {}, options)
  const event = { type: `alert.${notice.state}`, timestamp: new Date(options.now()).toISOString(), data: notice.alerts }
  const body = Buffer.from(JSON.stringify(event))
  const signed = signHeaders(body, [to.secret], newWebhookId(), options.now() / 1000)
  return post(to.url, body, { ...signed }, options)
}

async function sendMail(to: Extract<Channel, { kind: 'email' }>, notice: Notice, { allowPrivate }: SendOptions) {
  // Only who sends mail pays for the library.
  const { createTransport } = await import('nodemailer')
  const address = await resolved(to.host, allowPrivate)
  const transport = createTransport({
    host: address,
    port: to.port,
    secure: to.port === 465,
    requireTLS: !allowPrivate,
    tls: { servername: to.host },
    ...(to.user ? { auth: { user: to.user, pass: to.password } } : {}),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  })
  try {
    await transport.sendMail({ from: to.from, to: to.to, subject: subjectOf(notice), text: textOf(notice) })
  } finally {
    transport.close()
  }
}

const resolved = (host: string, allowPrivate: boolean): Promise<string> =>
  new Promise((resolve, reject) => {
    guardedLookup(allowPrivate)(host, {}, (error, address) => {
      if (error || typeof address !== 'string') reject(error ?? new Error(`${host} has no address`))
      else resolve(address)
    })
  })

/** Redirects are not followed: where they lead nobody has checked. */
function post(
  url: string,
  body: Buffer,
  headers: Record<string, string>,
  { allowPrivate }: SendOptions,
): Promise<void> {
  const target = checkUrl(url, allowPrivate)
  const request = target.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const call = request(
      target,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': body.length, ...headers },
        lookup: guardedLookup(allowPrivate),
        timeout: TIMEOUT_MS,
      },
      (answer) => {
        answer.resume()
        const status = answer.statusCode ?? 0
        if (status >= 200 && status < 300) resolve()
        else reject(new Error(`The address answers ${status}.`))
      },
    )
    call.on('timeout', () => call.destroy(new Error('The address did not answer within 10 seconds.')))
    call.on('error', reject)
    call.end(body)
  })
}

function subjectOf({ state, alerts }: Notice): string {
  const [first] = alerts
  const more = alerts.length > 1 ? ` (and ${alerts.length - 1} more)` : ''
  const word = state === 'cleared' ? 'Mended: ' : state === 'test' ? 'Test: ' : ''
  return `[Clarity-Odoo bridge] ${word}${first?.title ?? ''}${more}`
}

const textOf = (notice: Notice): string =>
  [
    subjectOf(notice),
    ...notice.alerts.map(({ title, text, url }) =>
      notice.state === 'cleared' ? `- ${title}` : `- ${title}\n  ${text}\n  ${url}`,
    ),
  ].join('\n')
