import type { Json } from '../../mapping/json.ts'

/**
 * The shape of a value without the value: letters are x, digits 9, what stands between them stays. `Jane Doe` is `Xxxx Xxx`,
 * `DE811569869` is `XX999999999`. That is all that ever leaves the house of a record.
 */
export function redacted(value: Json): string {
  if (typeof value === 'boolean') return 'true or false'
  if (Array.isArray(value)) return `list of ${value.slice(0, 2).map(redacted).join(', ')}`
  if (typeof value === 'object' && value !== null) return 'object'
  const text = String(value ?? '').slice(0, 40)
  return text
    .replace(/\p{Lu}/gu, 'X')
    .replace(/\p{Ll}|\p{Lo}|\p{Lm}/gu, 'x')
    .replace(/\p{N}/gu, '9')
    .replace(/[^\p{L}9 .,:;@/+()_%#-]/gu, '?')
}
