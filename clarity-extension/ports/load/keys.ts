import type { Keyed } from '../../../odoo-bridge/client/shapes.ts'
import type { Customer, Product } from '../../../shared/entities.ts'
import type { Candidate, MatchRules } from '../../load/match.ts'

/** By what products are recognised. @param creates what is found nowhere is made */
export const productRules = (creates: boolean): MatchRules => ({
  keys: ['sku', 'barcode'],
  compare: { sku: ['barcode'], barcode: ['sku'] },
  clean: cleanKey,
  creates,
})

/** By what customers are recognised. Two people with one address are told apart by their names. */
export const customerRules = (creates: boolean): MatchRules => ({
  keys: ['vat', 'email'],
  compare: { vat: ['name'], email: ['vat', 'name'] },
  clean: cleanKey,
  creates,
})

/** Two spellings of one value. */
export function cleanKey(key: string, value: string): string {
  const text = value.normalize('NFKC').trim()
  if (key === 'email') return text.toLowerCase()
  if (key === 'vat') return text.toUpperCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
  if (key === 'name') return text.toLowerCase().replaceAll(/\s+/g, ' ')
  return text
}

export const ofProduct = ({ id, name, active, keys }: Keyed): Candidate => ({
  id: String(id),
  label: name,
  active,
  keys,
})

/** An account is made for who buys, and can be reached: a storefront knows its customers by their e-mail address. */
export const ofPartner = ({ id, name, active, keys, buyer }: Keyed): Candidate => ({
  id: String(id),
  label: name,
  active,
  isMade: buyer === true && keys.email !== undefined,
  keys,
})

export const ofStoreProduct = ({ id, name, sku, barcode, externalKey, updatedAt }: Product): Candidate => ({
  id,
  label: name,
  changedAt: updatedAt,
  // An inactive one is taken over all the same: whether it is for sale is the record's to say.
  active: true,
  keys: filled({ sku, barcode }),
  ...(externalKey && externalKey !== sku ? { foreignKey: externalKey } : {}),
})

export const ofCustomer = (customer: Customer): Candidate => {
  const { id, name, type, companyName, email, vatNumber, active, updatedAt } = customer
  const label = (type === 'company' && companyName) || name
  return { id, label, active, changedAt: updatedAt, keys: filled({ email, vat: vatNumber, name: label }) }
}

const filled = (keys: Record<string, string | null | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(keys).flatMap(([key, value]) => (value?.trim() ? [[key, value.trim()]] : [])))
