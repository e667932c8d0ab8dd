import { z } from 'zod'
import type { Seal } from './seal.ts'

/** More SKUs in one event are a catalogue, and found by each product's own event. Of people none is left out. */
const MOST_SKUS = 500
/** Of an e-mail address (RFC 5321), with room. */
const LONGEST = 320

/** What stands in a message and is searched for, wherever in it. */
export function keysOf(payload: unknown, blind: Seal['blind']): string[] {
  const skus = new Set<string>()
  const people = new Set<string>()
  // Not by recursion: a message may be nested deeper than a stack is.
  const open: [name: string, value: unknown][] = [['', payload]]
  for (let next = open.pop(); next; next = open.pop()) {
    const [name, value] = next
    if (typeof value === 'string') {
      if (value !== '' && /^(sku|default_code)$/i.test(name)) skus.add(skuKey(value))
      for (const address of addressesIn(value)) people.add(mailKey(address, blind))
    }
    if (name === 'customerId' && (typeof value === 'string' || typeof value === 'number') && value !== '')
      people.add(customerKey(String(value)))
    if (Array.isArray(value)) for (const one of value) open.push(['', one])
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) {
        for (const address of addressesIn(key)) people.add(mailKey(address, blind))
        open.push([key, inner])
      }
  }
  return [...[...skus].slice(0, MOST_SKUS), ...people]
}

/** Of a first load's row: the storefront's customers in it, beside what it shows. */
export function keysOfLoadRow(
  shown: unknown,
  row: { direction: 'toOdoo' | 'toClarity'; source_id: string; target_id: string | null },
  blind: Seal['blind'],
): string[] {
  const { source, candidates } = loadRow.parse(shown)
  const ids =
    row.direction === 'toOdoo'
      ? [row.source_id, source?.id]
      : [row.target_id, ...candidates.map((candidate) => candidate.id)]
  return [...new Set([...ids.flatMap((id) => (id ? [customerKey(id)] : [])), ...keysOf(shown, blind)])]
}

const loadRow = z.object({
  source: z.object({ id: z.string() }).optional(),
  candidates: z.array(z.object({ id: z.string() })),
})

/** What a person types, as it is kept; none where the text can be neither. */
export function keysFor(text: string, blind: Seal['blind']): string[] {
  return [skuKey(text), ...(text.includes('@') ? [mailKey(text, blind)] : [])]
}

export const MAIL = 'mail:'

export const customerKey = (id: string): string => `customer:${id}`
export const mailKey = (address: string, blind: Seal['blind']): string => MAIL + blind(address.trim().toLowerCase())
const skuKey = (sku: string): string => `sku:${sku.trim().toLowerCase()}`

/** The addresses in a text: the text itself where it may be one, and those in its midst. */
function* addressesIn(text: string): Generator<string> {
  let at = text.indexOf('@')
  if (at < 0) return
  if (text.length <= LONGEST) yield text
  // By hand: a pattern that looks for what stands before an @ takes the square of the text's length.
  for (; at >= 0; at = text.indexOf('@', at + 1)) {
    let from = at
    while (from > 0 && at - from < LONGEST && LOCAL.test(text.charAt(from - 1))) from--
    let to = at + 1
    while (to < text.length && to - at < LONGEST && DOMAIN.test(text.charAt(to))) to++
    const address = text.slice(from, to).replace(/[.-]+$/, '')
    yield address
    // Quoted, or after a dash or dot that ends what came before.
    const bare = address.replace(/^['.-]+/, '')
    if (bare !== address) yield bare
  }
}

const LOCAL = /[\p{L}\p{N}_'+.-]/u
const DOMAIN = /[\p{L}\p{N}.-]/u
