import type { ReturnRequest } from '../../shared/entities.ts'
import { odooEnvelope } from '../../shared/events.ts'
import { type Answer, correct, done, skip } from '../../shared/outcome.ts'
import { type ReturnChange, type ReturnState, returnToClarity } from '../mapping/return.ts'
import type { Flow } from './flow.ts'
import { problemsOf } from './problems.ts'

/** return.changed from Odoo -> the return's status and refund in the storefront: goods received, money paid back. */
export interface ReturnToClarityPorts {
  readReturnState(id: string, traceparent: string): Promise<Answer<ReturnState | undefined>>
  readReturn(id: string, traceparent: string): Promise<Answer<ReturnRequest>>
  patchReturn(
    id: string,
    body: ReturnChange & { externalKey: string },
    idempotencyKey: string,
    traceparent: string,
  ): Promise<Answer<unknown>>
}

export const returnToClarityFlow =
  (ports: ReturnToClarityPorts): Flow =>
  async (event, trace) => {
    const envelope = odooEnvelope.safeParse(JSON.parse(event.payload.toString('utf8')))
    if (!envelope.success) return correct(...problemsOf(envelope.error))
    if (envelope.data.type !== 'return.changed') return skip('not_for_us', `${envelope.data.type} has its own flow`)
    const { ref } = envelope.data.data.return

    const state = await ports.readReturnState(ref, event.traceparent)
    if (!state.ok) return state.outcome
    if (!state.value) return skip('not_for_us', 'the return is no longer linked in Odoo')
    const { received, credited, open, credit_notes } = state.value
    trace.step('read', `received: ${received}, credited ${credited}, open ${open}`, { credit_notes })
    const before = await ports.readReturn(ref, event.traceparent)
    if (!before.ok) return before.outcome

    const change = returnToClarity(state.value, before.value)
    if (!change) return skip('unchanged', `the storefront already shows ${before.value.status}`)
    const key = `return:${ref}:${change.status}:${change.refundAmount ?? ''}`
    const body = { ...change, externalKey: `return/${state.value.id}` }
    const answer = await ports.patchReturn(ref, body, key, event.traceparent)
    if (!answer.ok) return answer.outcome
    return done(`return ${ref} is ${change.status} in the storefront`)
  }
