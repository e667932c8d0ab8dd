import type { Address, Customer } from '../../shared/entities.ts'
import type { MappingContext } from './context.ts'
import { addressToOdoo, contactToOdoo, customerToOdoo } from './defaults/partner-to-odoo.ts'
import { map } from './engine.ts'
import type { MasterContext } from './masters/context.ts'
import { type MasterMapped, type MasterPart, masterMapped, ruleSetOf } from './masters/mapped.ts'
import { mapShared, type Written } from './masters/shared.ts'
import {
  type AddressOwner,
  addressDigest,
  normalized,
  type PreparedAddress,
  prepareAddress,
} from './order/addresses.ts'
import { digest } from './order/digest.ts'
import type { EnsuredRecord, Operation } from './order/operation.ts'
import { version } from './order/operation.ts'

/**
 * A registered customer as operations for the addon: the partner, the addresses that belong to it, and its contacts. The partner
 * is the one that an earlier order made, or one that is recognised by the same rules. An address is told apart by its content
 * and never changed, so that what an old order was placed with stays: a changed one is another one. Pure.
 */
export function customerToOperations(customer: Customer, written: Written, context: MasterContext): MasterMapped {
  const { id } = customer
  const owner = ownerOf(customer)
  const addresses = written.has('addresses') ? addressesOf(customer, owner, context) : []
  const billing = customer.addresses.findIndex(({ kind }) => kind === 'billing')
  const place = Math.max(billing, 0)
  const main = customer.addresses[place]
  const source = {
    name: owner.name,
    isCompany: owner.companyName !== undefined,
    email: customer.email,
    phone: customer.phone,
    vatNumber: customer.vatNumber,
    active: customer.active,
    priceList: customer.priceList,
    creditLimit: customer.creditLimit,
    onHold: customer.onHold,
    attributes: customer.attributes,
    ...(main && { address: prepareAddress(main, owner, context.lookups) }),
  }
  const set = ruleSetOf(customerToOdoo, context)
  const mapped = mapShared(set, source, context, written)
  const contacts = written.has('content') ? contactsOf(customer, owner, context) : []
  const attached = addresses.map((address, position) => attach(customer, address, position, context))
  const derived = ['/address/', `/addresses/${place}/`] as const
  const parts: MasterPart[] = [{ mapped, set, derived }, ...[...attached, ...contacts].map(({ part }) => part)]
  if (!mapped.ok) return masterMapped([], parts)

  const at = version(customer.updatedAt)
  const { values, initial, match } = mapped
  const records = attached.flatMap(({ record }) => record ?? [])
  const content = { model: PARTNER, values, attach: records.map(({ ref }) => ref) }
  const operation: Operation = {
    id: `customer:${id}`,
    kind: 'customer',
    ref: id,
    version: at,
    hash: digest(content),
    model: PARTNER,
    values,
    initial,
    ...(match && { match }),
    attach: records,
    accept_difference: false,
  }
  const ensured: EnsuredRecord = {
    kind: 'customer',
    ref: id,
    version: at,
    model: PARTNER,
    values: { ...initial, ...values },
    ...(match && { match }),
  }
  const people = contacts.flatMap(({ operation: one }) => (one ? [{ ...one, ensure: [ensured] }] : []))
  return masterMapped([operation, ...people], parts)
}

const PARTNER = 'res.partner'

/** A company is called by its own name; who registered it is a contact. */
function ownerOf({ id, type, name, companyName, email }: Customer): AddressOwner {
  const company = type === 'company' ? companyName || name : undefined
  return { ref: id, name: company ?? name, email: email ?? undefined, companyName: company }
}

type Placed = PreparedAddress & { use: 'invoice' | 'delivery' | 'other'; ref: string; index: number }

/** One per content: an address that is used for both is neither the one nor the other. */
function addressesOf(customer: Customer, owner: AddressOwner, { lookups }: MappingContext): Placed[] {
  const places = customer.addresses.map((address, index): Placed => {
    const prepared = prepareAddress(address, owner, lookups)
    return { ...prepared, use: useOf(address), ref: `${owner.ref}/${addressDigest(prepared)}`, index }
  })
  return [...Map.groupBy(places, ({ ref }) => ref).values()].flatMap(([first, ...others]) =>
    first ? [others.some(({ use }) => use !== first.use) ? { ...first, use: 'other' as const } : first] : [],
  )
}

const useOf = ({ kind }: Address): Placed['use'] =>
  kind === 'billing' ? 'invoice' : kind === 'shipping' ? 'delivery' : 'other'

function attach(
  { updatedAt }: Customer,
  { ref, index, ...source }: Placed,
  position: number,
  context: MasterContext,
): { part: MasterPart; record?: EnsuredRecord } {
  const set = ruleSetOf(addressToOdoo, context)
  const mapped = map(set, source, context, `/addresses/${index}`)
  const part = { mapped, set, at: `/attach/${position}/values` }
  if (!mapped.ok) return { part }
  const { values, match } = mapped
  const record = { kind: 'address', ref, version: version(updatedAt), model: PARTNER, values, ...(match && { match }) }
  return { part, record }
}

function contactsOf(customer: Customer, owner: AddressOwner, context: MasterContext) {
  const own = customer.contacts.map((contact, index) => ({ ...contact, base: `/contacts/${index}` }))
  // Who registered the company, unless it is among the contacts.
  const { name, email, phone } = customer
  const isPerson = owner.companyName !== undefined && normalized(name) !== normalized(owner.companyName)
  const named = own.some((contact) => normalized(contact.name) === normalized(name))
  const all = isPerson && !named ? [...own, { id: null, name, email: email ?? null, phone, base: '' }] : own
  return all.map((contact) => contactOf(customer, contact, context))
}

function contactOf(
  { id: customer, updatedAt }: Customer,
  contact: {
    id?: string | null | undefined
    name: string
    email: string | null
    phone?: string | null | undefined
    base: string
  },
  context: MasterContext,
): { part: MasterPart; operation?: Operation } {
  const { id, base, ...source } = contact
  const set = ruleSetOf(contactToOdoo, context)
  const mapped = map(set, { ...source, customer }, context, base)
  if (!mapped.ok) return { part: { mapped, set } }
  const { values, match } = mapped
  // As an order refers to who placed it, where the storefront gives no id.
  const ref = `${customer}/${id ? `contact:${id}` : digest([normalized(contact.email), normalized(contact.name)])}`
  const operation: Operation = {
    id: `contact:${ref}`,
    kind: 'contact',
    ref,
    version: version(updatedAt),
    hash: digest({ model: PARTNER, values }),
    model: PARTNER,
    values,
    ...(match && { match }),
    accept_difference: false,
  }
  return { part: { mapped, set, operation: operation.id }, operation }
}
