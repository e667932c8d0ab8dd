import type { Address, Customer, Order } from '../../../shared/entities.ts'
import type { Problem } from '../../../shared/outcome.ts'
import type { LookupTables } from '../lookups.ts'
import { type AddressOwner, addressDigest, normalized, type PreparedAddress, prepareAddress } from './addresses.ts'
import { digest } from './digest.ts'

/** A record that the order needs: its Clarity reference, what the rules map, and where that stands in the order. */
export interface Party<Source> {
  ref: string
  source: Source
  base: string
}

export interface CustomerSource {
  name: string
  isCompany: boolean
  email?: string | undefined
  phone?: string | undefined
  vatNumber?: string | undefined
  address: PreparedAddress
  /** What tables are asked with. Country and region are the invoice address's, in small letters: `us`, and `us/mi`. */
  place: { country: string; region?: string; segment: 'guest' | 'person' | 'company'; priceList?: string }
}

export interface ContactSource {
  name: string
  email?: string | undefined
  phone?: string | undefined
  customer: string
}

export interface Parties {
  customer: Party<CustomerSource>
  /** Who ordered for a company. */
  contact?: Party<ContactSource>
  billing: Party<PreparedAddress & { use: AddressUse }>
  shipping: Party<PreparedAddress & { use: AddressUse }>
}

type AddressUse = 'invoice' | 'delivery' | 'other'

/**
 * Who an order concerns. A guest is told apart by e-mail address and name together: another name on the same address is another
 * person. A registered customer that the storefront no longer has is taken from the order itself.
 */
export function parties(order: Order, customer: Customer | undefined, lookups: LookupTables): Parties | Problem {
  const buyer = customer ? registered(customer, order) : fromOrder(order)
  if (!buyer) return noCustomer
  const { base, companyName, ...person } = buyer
  const owner: AddressOwner = { ref: person.ref, name: person.name, email: person.email, companyName }
  const billing = place(order.billingAddress, '/billingAddress', owner, lookups)
  const shipping = place(order.shippingAddress, '/shippingAddress', owner, lookups)
  const same = billing.ref === shipping.ref
  const { ref, ...fields } = person
  const source: CustomerSource = {
    ...fields,
    isCompany: companyName !== undefined,
    address: billing.source,
    place: {
      ...placeOf(billing.source),
      segment: companyName !== undefined ? 'company' : order.customerId ? 'person' : 'guest',
      ...(customer?.priceList && { priceList: customer.priceList }),
    },
  }
  const contact = companyName === undefined ? undefined : contactOf(order, owner)
  return {
    customer: { ref, base, source },
    ...(contact && { contact }),
    billing: { ...billing, source: { ...billing.source, use: same ? 'other' : 'invoice' } },
    shipping: { ...shipping, source: { ...shipping.source, use: same ? 'other' : 'delivery' } },
  }
}

interface Buyer {
  ref: string
  name: string
  email?: string | undefined
  phone?: string | undefined
  vatNumber?: string | undefined
  /** Set for a company. */
  companyName?: string | undefined
  base: string
}

function registered(customer: Customer, order: Order): Buyer {
  const company = customer.type === 'company' ? customer.companyName || customer.name : undefined
  return {
    ref: customer.id,
    name: company ?? customer.name,
    email: customer.email ?? (company ? undefined : order.contact?.email),
    phone: customer.phone ?? (company ? undefined : (order.billingAddress.phone ?? undefined)),
    vatNumber: customer.vatNumber ?? undefined,
    companyName: company,
    base: '/customer',
  }
}

function fromOrder(order: Order): Buyer | undefined {
  const { contact, billingAddress } = order
  const name = contact?.name || billingAddress.name
  const email = contact?.email || billingAddress.email || undefined
  if (!name || (!email && !order.customerId)) return undefined
  const phone = contact?.phone || billingAddress.phone || undefined
  const ref = order.customerId ?? `guest:${digest([normalized(email), normalized(name)])}`
  return { ref, name, email, phone, base: contact ? '/contact' : '/billingAddress' }
}

function contactOf(order: Order, owner: AddressOwner): Party<ContactSource> | undefined {
  const { contact } = order
  if (!contact?.name || normalized(contact.name) === normalized(owner.companyName)) return undefined
  const ref = `${owner.ref}/${digest([normalized(contact.email), normalized(contact.name)])}`
  const { name, email, phone } = contact
  return { ref, base: '/contact', source: { name, email, phone: phone ?? undefined, customer: owner.ref } }
}

function place(address: Address, base: string, owner: AddressOwner, lookups: LookupTables): Party<PreparedAddress> {
  const source = prepareAddress(address, owner, lookups)
  return { ref: `${owner.ref}/${addressDigest(source)}`, source, base }
}

function placeOf({ country, regionCode }: PreparedAddress): Pick<CustomerSource['place'], 'country' | 'region'> {
  const code = country.toLowerCase()
  return { country: code, ...(regionCode && { region: `${code}/${regionCode.toLowerCase()}` }) }
}

const noCustomer: Problem = {
  code: 'no_customer',
  field: '/contact',
  target: '/partner_id',
  message: 'The order names neither a customer nor a guest with a name and an e-mail address.',
  remedy: 'Add the contact to the order in the storefront, or write it here, and replay.',
}
