import type { Person } from './persons.ts'

export const ERASED = '[erased]'

const PERSONAL =
  /^(e?mail|email_.*|phone|mobile|fax|line\d|street\d?|postal_?code|zip|city|region|vat(_?number)?|tax_?id|iban|company(_?name)?|first_?name|last_?name|contact_?name|note|comment|ip(_?address)?|birth.*|purchase_?order_?number)$/i
const PEOPLE = /^(contact|contacts|customer|partner|billing.*|shippingAddress|address|addresses|buyer|recipient)$/i
/** Shorter ones are parts of any word. */
const TELLING = 3

export interface Eraser {
  /** The same record without the person: shape, amounts and SKUs stay. What is no record and may be anybody's goes altogether. */
  of(value: unknown): unknown
  /** A sentence about it, unless it repeats what was taken out. */
  said(text: string | null): string | null
}

export function eraser(person: Person): Eraser {
  const email = 'email' in person ? person.email.trim().toLowerCase() : undefined
  const taken = new Set<string>(email === undefined ? [] : [email])

  return {
    of: (value) => (typeof value === 'string' ? ERASED : without(value, '')),
    said(text) {
      const lower = text?.toLowerCase() ?? ''
      return [...taken].some((one) => lower.includes(one)) ? ERASED : text
    },
  }

  function without(value: unknown, parent: string): unknown {
    if (typeof value === 'string') return scrubbed(value)
    if (Array.isArray(value)) return value.map((one) => without(one, parent))
    if (typeof value !== 'object' || value === null) return value
    const ofPerson = PEOPLE.test(parent) || Object.keys(value).some((key) => /^(e?mail|phone|line1)$/i.test(key))
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        const personal = PERSONAL.test(key) || (ofPerson && /^(name|display_name)$/i.test(key))
        if (!personal || typeof inner !== 'string' || inner === '') return [scrubbed(key), without(inner, key)]
        if (inner !== ERASED && inner.length > TELLING) taken.add(inner.toLowerCase())
        return [key, ERASED]
      }),
    )
  }

  /** Wherever else the address stands. */
  function scrubbed(text: string): string {
    if (email === undefined || !text.includes('@')) return text
    for (let rest = text, done = ''; ; ) {
      const at = rest.toLowerCase().indexOf(email)
      if (at < 0) return done + rest
      done += rest.slice(0, at) + ERASED
      rest = rest.slice(at + email.length)
    }
  }
}
