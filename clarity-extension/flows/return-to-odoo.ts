import { type ReturnRequest, returnRequest } from '../../shared/entities.ts'
import { clarityEnvelope } from '../../shared/events.ts'
import { type Answer, correct, done, skip } from '../../shared/outcome.ts'
import type { ReturnMapped } from '../mapping/return.ts'
import type { Flow, WroteBy } from './flow.ts'
import { problemsOf } from './problems.ts'

type Operation = Extract<ReturnMapped, { ok: true }>['operation']

/**
 * return.created and return.updated from the storefront -> a return in Odoo with its return delivery, credit note and payment
 * back, each once and only when its status asks for it.
 */
export interface ReturnToOdooPorts {
  readReturn(id: string, traceparent: string): Promise<Answer<ReturnRequest>>
  map(request: ReturnRequest): Promise<Answer<ReturnMapped>>
  apply(operation: Operation, traceparent: string): Promise<Answer<Applied>>
  link(id: string): Promise<{ version: string | null; hash: string | null } | undefined>
  saveLink(request: ReturnRequest, applied: Applied, hash: string, wroteBy: WroteBy): Promise<void>
}

export interface Applied {
  status: 'created' | 'updated' | 'unchanged' | 'stale'
  res_id?: number | undefined
  name?: string | undefined
}

export const returnToOdooFlow =
  (ports: ReturnToOdooPorts): Flow =>
  async (event, trace) => {
    const envelope = clarityEnvelope.safeParse(JSON.parse(event.payload.toString('utf8')))
    if (!envelope.success) return correct(...problemsOf(envelope.error))
    const { id, updatedAt } = envelope.data.data
    const known = await ports.link(id)
    if (known?.version && updatedAt < known.version) return skip('stale', `Odoo holds the version of ${known.version}`)

    const snapshot = returnRequest.safeParse(envelope.data.data)
    const current: Answer<ReturnRequest> = snapshot.success
      ? { ok: true, value: snapshot.data }
      : await ports.readReturn(id, event.traceparent)
    if (!current.ok) return current.outcome
    const request = current.value
    trace.step('read', `return ${request.id} of order ${request.orderId} is ${request.status}`)

    const mapped = await ports.map(request)
    if (!mapped.ok) return mapped.outcome
    if (!mapped.value.ok) return mapped.value.outcome
    const { operation, by } = mapped.value
    if (known?.hash === operation.hash) return skip('unchanged', 'Odoo already holds this content')
    trace.step('map', `${request.refundAmount} ${request.currency}`, { follow: operation.follow })

    const applied = await ports.apply(operation, event.traceparent)
    if (!applied.ok) return applied.outcome
    const { status, name } = applied.value
    trace.step('apply', `clarity.return ${name ?? id} ${status}`)
    if (status === 'stale') return skip('stale', 'Odoo holds a newer version')
    await ports.saveLink(request, applied.value, operation.hash, { by, eventId: event.id })
    return done(`${name ?? id} ${status}, ${request.status}`)
  }
