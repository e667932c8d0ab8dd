import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import { rateLimit } from 'express-rate-limit'
import type { Logger } from 'pino'
import { PAIRING_DOOR, pairingRequest } from '../../shared/pairing.ts'
import type { Pairing } from '../connections/pairing.ts'
import { Refusal, sendProblem } from './problem.ts'

export interface PairingDoorOptions {
  pairing: Pick<Pairing, 'take'>
  log: Pick<Logger, 'info' | 'warn' | 'error'>
}

const PER_MINUTE = 20

/** POST /pairing/odoo: Odoo's addon brings the code that a person pasted there. Described in odoo-bridge/openapi.yaml. */
export function pairingDoor({ pairing, log }: PairingDoorOptions): RequestHandler {
  const router = Router()
  const limited = rateLimit({
    windowMs: 60_000,
    limit: PER_MINUTE,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_req, res) => sendProblem(res, tooMany()),
  })
  router.post(PAIRING_DOOR, limited, json, async (req, res) => {
    res.set('Cache-Control', 'no-store')
    const request = pairingRequest.safeParse(req.body)
    if (!request.success) return sendProblem(res, unreadable(request.error.issues[0]?.path.join('.')))
    try {
      await answer(req, res, request.data)
    } catch (error) {
      log.error({ err: error, requestId: res.locals.requestId }, 'pairing failed')
      sendProblem(res, broken())
    }
  })
  return router

  async function answer(req: Request, res: Response, request: ReturnType<typeof pairingRequest.parse>) {
    const taken = await pairing.take(request, req.ip ?? '')
    if (taken.ok) {
      log.info({ database: request.database }, 'paired with Odoo')
      return void res.json(taken.answer)
    }
    log.warn({ database: request.database, code: taken.code, address: req.ip }, 'pairing refused')
    sendProblem(res, new Refusal(taken.status, taken.code, taken.detail, taken.remedy))
  }
}

const parse = express.json({ limit: '16kb' })
const json: RequestHandler = (req, res, next) =>
  parse(req, res, (error?: unknown) => (error ? sendProblem(res, unreadable(undefined)) : next()))

const tooMany = () =>
  new Refusal(429, 'too_many_requests', 'Too many codes were tried from this address.', 'Wait a minute.', 60)
const unreadable = (field: string | undefined) =>
  new Refusal(
    400,
    'invalid_request',
    `${field || 'The request'}: is missing or not readable.`,
    'Bring the module Clarity Bridge in Odoo and the bridge to the same version.',
  )
const broken = () =>
  new Refusal(500, 'internal', 'The bridge could not answer this.', 'Press Connect again; the code stays good.')
