/** Secrets, and what identifies a person, are masked by their key: in traces, in the audit, wherever a record is kept to be looked at. */
export function mask(value: unknown): unknown {
  return walk(value, 0)
}

const SECRET = /secret|passw|token|authoriz|api[-_]?key|^key$|signature|cookie|credential/i
const PERSONAL = /^(e-?mail|phone|mobile|line[12]|street2?|postal_?code|zip|vat(_?number)?)$/i
const DEPTH = 12

function walk(value: unknown, depth: number): unknown {
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? String(value) : value
  if (depth >= DEPTH) return '[too deep]'
  if (Array.isArray(value)) return value.map((item) => walk(item, depth + 1))
  if (value instanceof Uint8Array) return `[${value.length} bytes]`
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Map) return walk(Object.fromEntries(value), depth)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (SECRET.test(key)) return [key, '[secret]']
      if (PERSONAL.test(key) && (typeof inner === 'string' || typeof inner === 'number')) return [key, '[personal]']
      return [key, walk(inner, depth + 1)]
    }),
  )
}
