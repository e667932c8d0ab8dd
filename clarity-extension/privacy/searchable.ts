import type { Seal } from './seal.ts'

/** More in one event is a catalogue, and found by the SKU of each product's own event. */
const MOST = 500

export function keysOf(payload: unknown, blind: Seal['blind']): string[] {
  const keys = new Set<string>()
  collect(payload, keys, blind)
  return [...keys].slice(0, MOST)
}

/** What a person types, as it is kept; none where the text can be neither. */
export function keysFor(text: string, blind: Seal['blind']): string[] {
  return [skuKey(text), ...(text.includes('@') ? [mailKey(text, blind)] : [])]
}

/** Of an erased person. */
export const MAIL = 'mail:'

const skuKey = (sku: string): string => `sku:${sku.trim().toLowerCase()}`
const mailKey = (address: string, blind: Seal['blind']): string => MAIL + blind(address.trim().toLowerCase())

function collect(value: unknown, keys: Set<string>, blind: Seal['blind']): void {
  if (Array.isArray(value)) for (const one of value) collect(one, keys, blind)
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner !== 'string') collect(inner, keys, blind)
    else if (/^(sku|default_code)$/i.test(name) && inner !== '') keys.add(skuKey(inner))
    else if (/mail/i.test(name) && inner.includes('@')) keys.add(mailKey(inner, blind))
  }
}
