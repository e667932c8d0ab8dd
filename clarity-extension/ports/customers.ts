import type { Customer } from '../../shared/entities.ts'
import type { Answer } from '../../shared/outcome.ts'

/** Odoo takes a customer's data only when it does not know the customer yet, so a copy of some minutes is good enough. */
const FRESH_MS = 5 * 60_000
const MOST = 2_000

export function customerCache(read: (id: string) => Promise<Answer<Customer>>, now: () => number = Date.now) {
  const kept = new Map<string, { reply: Promise<Answer<Customer>>; until: number }>()
  return (id: string): Promise<Answer<Customer>> => {
    const known = kept.get(id)
    if (known && now() < known.until) return known.reply
    if (kept.size >= MOST) kept.clear()
    const reply = read(id).then((answer) => {
      if (!answer.ok) kept.delete(id)
      return answer
    })
    kept.set(id, { reply, until: now() + FRESH_MS })
    return reply
  }
}
