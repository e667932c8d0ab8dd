import type { Address } from '../../../shared/entities.ts'
import { countriesWithRegions } from '../defaults/regions.ts'
import { regionCode } from '../functions/places.ts'
import { type LookupTables, lookUp } from '../lookups.ts'
import { digest } from './digest.ts'

export interface AddressOwner {
  /** Clarity reference of the customer. */
  ref: string
  name: string
  email?: string | undefined
  /** A company's own name is not repeated in its addresses. */
  companyName?: string | undefined
}

/** An address with what the rules need besides its own fields. */
export interface PreparedAddress extends Address {
  customer: string
  recipient: string
  companyLine?: string
  regionCode?: string
  regionText?: string
  ownEmail?: string
}

export function prepareAddress(address: Address, owner: AddressOwner, lookups: LookupTables): PreparedAddress {
  const recipient = address.name || owner.companyName || owner.name
  const company = address.company && address.company !== owner.companyName && address.company !== recipient
  const otherEmail = address.email && address.email.toLowerCase() !== owner.email?.toLowerCase()
  return {
    ...address,
    customer: owner.ref,
    recipient,
    ...(company && address.company && { companyLine: address.company }),
    ...(otherEmail && address.email && { ownEmail: address.email }),
    ...region(address, lookups),
  }
}

/** A code goes to Odoo's region where the country has any; everything else stays text, so that nothing of it is lost. */
function region(address: Address, lookups: LookupTables): { regionCode?: string; regionText?: string } {
  const given = address.region?.trim()
  if (!given) return {}
  const known = lookUp(lookups, 'region', `${address.country}/${given}`.toLowerCase())
  if (typeof known?.result === 'string') return { regionCode: known.result }
  const code = regionCode(given)
  return code && countriesWithRegions.has(address.country) ? { regionCode: code } : { regionText: given }
}

/** The same address however it is spaced or capitalised. */
export function addressDigest(address: PreparedAddress): string {
  const { recipient, companyLine, line1, line2, city, postalCode, country, phone, ownEmail } = address
  const region = address.regionCode ?? address.regionText
  return digest(
    [recipient, companyLine, line1, line2, city, postalCode, region, country, phone, ownEmail].map(normalized),
  )
}

export const normalized = (text: string | null | undefined): string =>
  (text ?? '').normalize('NFC').trim().replace(/\s+/gu, ' ').toLowerCase()
