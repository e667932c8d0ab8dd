/**
 * Hides what a person at a screen need not see: always secrets; and personal data unless `personal` is asked for.
 * Works on any JSON; the shape stays, so that a field can still be pointed at.
 */
export function mask(value: unknown, keep: 'nothing' | 'personal'): { value: unknown; masked: boolean } {
  const state = { masked: false }
  return { value: walk(value, '', keep === 'nothing', state), masked: state.masked }
}

export const HIDDEN = '•••'

function walk(value: unknown, parent: string, personal: boolean, state: { masked: boolean }): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, parent, personal, state))
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value)
  const isPerson = PEOPLE.test(parent) || entries.some(([key]) => MARKS_A_PERSON.test(key))
  return Object.fromEntries(
    entries.map(([key, inner]) => {
      const hide = SECRET.test(key) || (personal && (PERSONAL.test(key) || (isPerson && NAME.test(key))))
      if (!hide || inner === null || inner === '') return [key, walk(inner, key, personal, state)]
      state.masked = true
      return [key, HIDDEN]
    }),
  )
}

const SECRET = /secret|passw|token|authorization|api_?key|cookie|signature/i
const PERSONAL =
  /^(e?mail|email_.*|phone|mobile|fax|line\d|street\d?|postal_?code|zip|vat(_?number)?|tax_?id|iban|company(_?name)?|first_?name|last_?name|contact_?name|note|comment|ip(_?address)?|birth.*)$/i
/** A product has a name too: a name is personal only where a person stands. */
const NAME = /^(name|display_name|complete_name)$/i
const PEOPLE = /contact|customer|partner|address|billing|shipping(?!Line)|buyer|recipient/i
const MARKS_A_PERSON = /^(e?mail|phone|mobile|line1|street)$/i
