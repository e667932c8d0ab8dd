import { odooEnvelope } from '../../shared/events.ts'
import { type Answer, correct, done, skip } from '../../shared/outcome.ts'
import { type FieldGroup, fieldGroups } from '../../shared/switches.ts'
import type { CustomerChange, CustomerMapped, PartnerState } from '../mapping/customer-to-clarity.ts'
import { digest } from '../mapping/order/digest.ts'
import type { Flow, WroteBy } from './flow.ts'
import { proposal } from './gate.ts'
import { changedGroups, type GroupHashes, groupsOf, hashesAfter, parseHashes } from './group-hashes.ts'
import { problemsOf } from './problems.ts'

/** partner.changed from Odoo -> the registered customer's terms, and its contact data where Odoo is their record. */
export interface CustomerToClarityPorts {
  readPartner(customerId: string): Promise<Answer<PartnerState | undefined>>
  /** What was last written to the storefront. */
  told(customerId: string): Promise<string | null | undefined>
  map(partner: PartnerState, written: ReadonlySet<FieldGroup>): Promise<Answer<CustomerMapped>>
  patchCustomer(id: string, body: CustomerChange, idempotencyKey: string, traceparent: string): Promise<Answer<unknown>>
  saveTold(partner: PartnerState, hash: string, wroteBy: WroteBy): Promise<void>
}

export const customerToClarity =
  (ports: CustomerToClarityPorts): Flow =>
  async (event, trace) => {
    const envelope = odooEnvelope.safeParse(JSON.parse(event.payload.toString('utf8')))
    if (!envelope.success) return correct(...problemsOf(envelope.error))
    if (envelope.data.type !== 'partner.changed') return skip('not_for_us', `${envelope.data.type} has its own flow`)
    const { ref } = envelope.data.data.customer

    const read = await ports.readPartner(ref)
    if (!read.ok) return read.outcome
    if (!read.value) return skip('not_for_us', 'the customer is no longer linked in Odoo')
    const partner = read.value

    const before = parseHashes(await ports.told(ref))
    const now: GroupHashes = {}
    for (const group of fieldGroups) {
      if (event.share[group] === undefined || event.share[group] === 'ignore') continue
      const mapped = await ports.map(partner, new Set([group]))
      if (!mapped.ok) return mapped.outcome
      now[group] = digest(mapped.value.change)
    }
    const changed = changedGroups(before, now)
    if (changed.length === 0) return skip('unchanged', 'the storefront already shows this')
    const proposed = changed.filter((group) => event.share[group] === 'propose')
    if (proposed.length === changed.length) return proposal('customer', proposed, { customer: ref })

    const body = await ports.map(partner, groupsOf(event.share, 'write'))
    if (!body.ok) return body.outcome
    const hash = hashesAfter(before, now, proposed)
    const { change, by } = body.value
    const answer = await ports.patchCustomer(ref, change, `${event.key}:customer:${ref}:${hash}`, event.traceparent)
    if (!answer.ok) return answer.outcome
    await ports.saveTold(partner, hash, { by, eventId: event.id })
    trace.step('write', `customer ${ref}`, { fields: Object.keys(change) })
    return proposed.length > 0
      ? proposal('customer', proposed, { customer: ref })
      : done(`customer ${ref}: ${changed.join(', ')}`)
  }
