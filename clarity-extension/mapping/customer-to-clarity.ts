import { z } from 'zod'
import type { components } from '../../odoo-bridge/client/schema.d.ts'
import { decimal } from '../../shared/entities.ts'
import type { FieldGroup } from '../../shared/switches.ts'
import { customerToClarity } from './defaults/customer-to-clarity.ts'
import type { MasterContext } from './masters/context.ts'
import { ruleSetOf } from './masters/mapped.ts'
import { type Body, bodyOf } from './masters/to-clarity.ts'
import { type MappedBy, mappedBy } from './rule-sets.ts'

export type PartnerState = components['schemas']['PartnerState']

export const customerChange = z.object({
  externalKey: z.string().nullish(),
  name: z.string().optional(),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  vatNumber: z.string().nullish(),
  companyName: z.string().nullish(),
  creditLimit: decimal.nullish(),
  onHold: z.boolean().optional(),
  priceList: z.string().nullish(),
  active: z.boolean().optional(),
  attributes: z.record(z.string(), z.unknown()).optional(),
})
export type CustomerChange = z.infer<typeof customerChange>

export interface CustomerMapped {
  change: CustomerChange
  by: MappedBy
}

export function partnerToChange(
  partner: PartnerState,
  written: ReadonlySet<FieldGroup>,
  context: MasterContext,
): Body<CustomerMapped> {
  // Where the service user may not read the limit, nothing is said of it.
  const source = { ...partner, key: `partner-${partner.id}`, mayReadCredit: partner.credit_limit !== undefined }
  const set = ruleSetOf(customerToClarity, context)
  const body = bodyOf(set, source, customerChange, context, written)
  return body.ok ? { ok: true, value: { change: body.value, by: mappedBy([set]) } } : body
}
