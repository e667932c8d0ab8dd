import { type Request, Router } from 'express'
import { z } from 'zod'
import { customer, order, product } from '../../shared/entities.ts'
import { clarityEnvelope, odooEnvelope } from '../../shared/events.ts'
import { jsonOf } from '../../shared/json.ts'
import type { EventDetail } from '../ledger/queries.ts'
import type { components } from '../panel/schema.d.ts'
import { HIDDEN } from './mask.ts'
import { Refusal } from './problem.ts'

type Schemas = components['schemas']
type Faults = Schemas['CorrectionCheck']['problems']

/**
 * What a person writes in place of a message. Checked as the flow will read it: the envelope, and the record in it as a whole,
 * because an incomplete one would be read anew from the storefront and the correction with it be lost.
 */
export function correctionRoutes(find: (req: Request) => Promise<EventDetail>): Router {
  const router = Router()
  router.post('/events/:id/check', async (req, res) => {
    const event = await find(req)
    const { body } = request.parse(req.body)
    const answer: Schemas['CorrectionCheck'] = { problems: faultsOf(event, restored(event, body)) }
    res.json(answer)
  })
  return router
}

/** The text that is stored: what was masked on the way to the person is what it was. @throws Refusal with the field */
export function correctionOf(event: EventDetail, requestBody: unknown): string {
  const body = restored(event, request.parse(requestBody).body)
  const [fault] = faultsOf(event, body)
  if (fault)
    throw new Refusal(
      422,
      'invalid_correction',
      `${fault.field}: ${fault.message}.`,
      `Correct ${fault.field}; the bridge shows what else is wrong as you type.`,
    )
  return JSON.stringify(body)
}

const request = z.strictObject({ body: z.record(z.string(), z.unknown()) })

function faultsOf(event: EventDetail, body: unknown): Faults {
  const envelope = event.source === 'odoo' ? odooEnvelope.safeParse(body) : clarityOr(body)
  if (!envelope.success) return faults(envelope.error, '')
  const record = records[event.type.split('.')[0] ?? '']
  const inner = z.looseObject({ data: z.unknown() }).parse(body)
  if (!record || event.source !== 'clarity') return []
  const parsed = record.safeParse(inner.data)
  return parsed.success ? [] : faults(parsed.error, '/data')
}

/** Our own follow-up work may be shaped like either side's. */
function clarityOr(body: unknown) {
  const clarity = clarityEnvelope.safeParse(body)
  const odoo = odooEnvelope.safeParse(body)
  return odoo.success ? odoo : clarity
}

const records: Record<string, z.ZodType> = { order, customer, product }

const faults = (error: z.ZodError, base: string): Faults =>
  error.issues.map(({ path, message }) => ({ field: `${base}/${path.join('/')}`, message }))

/** Secrets never leave the bridge: where the mask still stands, the original's value does. */
function restored(event: EventDetail, body: unknown): unknown {
  return merge(jsonOf(event.correction ?? event.payload), body)
}

function merge(original: unknown, given: unknown): unknown {
  if (given === HIDDEN) return original
  if (Array.isArray(given))
    return given.map((one, index) => merge(Array.isArray(original) ? original[index] : undefined, one))
  if (typeof given !== 'object' || given === null) return given
  const before: Record<string, unknown> = typeof original === 'object' && original !== null ? { ...original } : {}
  return Object.fromEntries(Object.entries(given).map(([key, inner]) => [key, merge(before[key], inner)]))
}
