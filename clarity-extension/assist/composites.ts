import { nameOf, type SourceField } from './schema.ts'
import { wordsOf } from './words.ts'

/** First and last name are one name in Odoo. */
export function composites(fields: readonly SourceField[]): {
  single: SourceField[]
  merged: { field: SourceField; of: readonly string[] }[]
} {
  const called = (concept: string) =>
    fields.find(({ path, type }) => type === 'text' && wordsOf(nameOf(path)).at(-1)?.text === concept)
  const first = called('firstname')
  const last = called('lastname')
  if (!first || !last) return { single: [...fields], merged: [] }
  const base = first.path.split('.').slice(0, -1)
  const samples = first.samples.map((value, at) => `${String(value)} ${String(last.samples[at] ?? '')}`.trim())
  return {
    single: fields.filter((field) => field !== first && field !== last),
    merged: [{ field: { path: [...base, 'fullName'].join('.'), type: 'text', samples }, of: [first.path, last.path] }],
  }
}
