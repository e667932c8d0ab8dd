import type { Customer } from '../../shared/entities.ts'
import type { Answer } from '../../shared/outcome.ts'
import type { RecordPorts } from '../flows/record-to-odoo.ts'
import type { PartnerState } from '../mapping/customer-to-clarity.ts'
import type { MasterMapped } from '../mapping/masters/mapped.ts'

/** Which of Odoo's records is meant, where somebody knows better than the mapping's own rule. */
export type Mapped = Extract<MasterMapped, { ok: true }>

/** The record itself, and where its contacts need it. */
export function withMatch(mapped: Mapped, match: { id?: number }): Mapped {
  const [first, ...others] = mapped.operations
  if (!first) return mapped
  const isFirst = ({ kind, ref }: { kind: string; ref: string }) => kind === first.kind && ref === first.ref
  const needing = others.map(({ ensure = [], ...one }) => ({
    ...one,
    ensure: ensure.map((record) => (isFirst(record) ? { ...record, match } : record)),
  }))
  const { hash, by, origins } = mapped
  return { ok: true, hash, by, origins, operations: [{ ...first, match }, ...needing] }
}

/**
 * The same ports, for customers whose account the bridge made: told of before it is linked, the account is its partner's by the key
 * that it got, and no second partner is made. A key of another Odoo's names somebody else, who has another e-mail address.
 */
export const knownByKey = (
  ports: RecordPorts<Customer, Mapped>,
  readPartner: (ref: string) => Promise<Answer<PartnerState | undefined>>,
): RecordPorts<Customer, Mapped> => ({
  ...ports,
  async map(record, written) {
    const mapped = await ports.map(record, written)
    const { id, externalKey: key, email } = record
    if (!mapped.ok || !email || !key?.startsWith('partner-') || (await ports.link(id))) return mapped
    const partner = await readPartner(key)
    if (!partner.ok) return partner
    const isSame = partner.value?.email?.trim().toLowerCase() === email.trim().toLowerCase()
    return partner.value && isSame ? { ok: true, value: withMatch(mapped.value, { id: partner.value.id }) } : mapped
  },
})
