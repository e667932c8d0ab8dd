import type { IncomingHttpHeaders } from 'node:http'
import express, { type ErrorRequestHandler, type RequestHandler, type Response, Router } from 'express'
import type { Logger } from 'pino'
import type { Source } from '../../shared/events.ts'
import { HELLO } from '../../shared/pairing.ts'
import { type SignatureFault, verifySignature } from '../../shared/signature.ts'
import { unpack } from '../ledger/parcel.ts'
import type { Ingested, Ledger } from '../ledger/types.ts'
import { Refusal, sendProblem } from './problem.ts'

export interface DoorOptions {
  /** Every secret that is valid now; read at each request, so that a rotation needs no restart. */
  secrets: Record<Source, () => readonly string[]>
  ledger: Pick<Ledger, 'ingest'>
  /** Told of each that was refused and of each that was not. */
  watch?: { refused(source: Source, fault: SignatureFault): void; accepted(source: Source): void }
  /** Told of Odoo's first event after a pairing. @returns whether it was that, and nothing else */
  hello?: (body: Buffer, headers: IncomingHttpHeaders) => Promise<boolean>
  log: Pick<Logger, 'warn' | 'error'>
  /** Unix milliseconds. */
  now?: () => number
  /** Largest body. Default 1 MiB. */
  limitBytes?: number
}

const MIB = 1024 * 1024
/** Seconds after which a sender may try again while the store cannot commit. */
const RETRY_AFTER = 5

/**
 * POST /webhooks/clarity and /webhooks/odoo. Whoever is let in is answered 202 after the commit that holds the event; the body
 * is looked at afterwards, so that nothing authentic is ever turned away.
 */
export function webhookDoors(options: DoorOptions): Router {
  const { limitBytes = MIB } = options
  const router = Router()
  // The signature is over the bytes as they came: nothing is parsed or inflated before it is verified.
  const raw = express.raw({ type: () => true, limit: limitBytes, inflate: false })
  router.post('/webhooks/clarity', raw, door('clarity', options))
  router.post('/webhooks/odoo', raw, door('odoo', options))
  router.use('/webhooks', unread(options, limitBytes))
  return router
}

function door(source: Source, { secrets, ledger, watch, hello, log, now = Date.now }: DoorOptions): RequestHandler {
  return async (req, res) => {
    const body: Buffer = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0)
    const fault = verifySignature(body, req.headers, secrets[source](), Math.floor(now() / 1000))
    if (fault) {
      watch?.refused(source, fault)
      log.warn({ door: source, fault, webhook: req.get('webhook-id')?.slice(0, 100) }, 'webhook refused')
      return sendProblem(res, new Refusal(401, fault, faults[fault].detail, faults[fault].remedy))
    }
    watch?.accepted(source)
    try {
      const greets = source === 'odoo' && req.get('webhook-id')?.startsWith(HELLO)
      if (greets && (await hello?.(body, req.headers))) return void res.status(202).json({ paired: true })
      const parcel = source === 'odoo' ? unpack(body) : undefined
      const traceparent = req.get('traceparent')
      if (parcel)
        return acceptAll(res, await Promise.all(parcel.map((one) => ledger.ingest({ source, ...one, traceparent }))))
      const webhookId = req.get('webhook-id') ?? ''
      const { id, duplicate } = await ledger.ingest({ source, webhookId, payload: body, traceparent })
      accept(res, id, duplicate)
    } catch (error) {
      log.error({ door: source, err: error }, 'webhook could not be stored')
      sendProblem(res, notStored())
    }
  }
}

/** Written out: `res.json` would compute an ETag that nobody asks for. */
function accept(res: Response, id: number, duplicate: boolean): void {
  answer(res, duplicate ? `{"id":"${id}","duplicate":true}` : `{"id":"${id}"}`)
}

function acceptAll(res: Response, stored: readonly Ingested[]): void {
  const duplicates = stored.filter(({ duplicate }) => duplicate).length
  answer(res, JSON.stringify({ accepted: stored.length, duplicates }))
}

/** @param json of one byte per character. With its length the answer is one piece; without, three. */
function answer(res: Response, json: string): void {
  res.writeHead(202, { 'Content-Type': 'application/json', 'Content-Length': json.length })
  res.end(json)
}

const notStored = () =>
  new Refusal(
    503,
    'not_stored',
    'The event could not be stored. It was not accepted.',
    'Send it again with the same webhook-id.',
    RETRY_AFTER,
  )

/** What express.raw could not read. */
function unread({ log }: DoorOptions, limitBytes: number): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    const status = error instanceof Error && 'status' in error ? error.status : undefined
    if (res.headersSent || typeof status !== 'number' || status >= 500) return next(error)
    log.warn({ path: req.originalUrl, status }, 'webhook body not read')
    if (status === 413) {
      const detail = `The body is larger than ${limitBytes} bytes.`
      return sendProblem(res, new Refusal(413, 'too_large', detail, 'Send the event without its attachments.'))
    }
    if (status === 415) {
      const detail = 'content-encoding: compressed bodies are not taken.'
      return sendProblem(
        res,
        new Refusal(415, 'encoded_body', detail, 'Send the bytes that were signed, uncompressed.'),
      )
    }
    sendProblem(res, new Refusal(400, 'unread_body', 'The body ended before its length.', 'Send it again.'))
  }
}

const faults: Record<SignatureFault, { detail: string; remedy: string }> = {
  missing_header: {
    detail: 'webhook-id, webhook-timestamp or webhook-signature is missing.',
    remedy: 'Sign the request as Standard Webhooks 1.0.0 says and send all three headers.',
  },
  bad_timestamp: {
    detail: 'webhook-timestamp is not a number of unix seconds.',
    remedy: 'Send the time of this attempt as whole unix seconds.',
  },
  too_old: {
    detail: 'webhook-timestamp is more than 5 minutes in the past.',
    remedy: 'Sign every attempt anew with its own time, and check the clocks of both sides.',
  },
  too_new: {
    detail: 'webhook-timestamp is more than 5 minutes in the future.',
    remedy: 'Check the clocks of both sides.',
  },
  bad_signature: {
    detail: 'webhook-signature matches no secret of this door.',
    remedy: 'Check that both sides have the same secret, and that the signed bytes are the ones that were sent.',
  },
}
