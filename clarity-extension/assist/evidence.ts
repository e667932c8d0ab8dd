import type { Json } from '../mapping/json.ts'
import { type Format, formatOf } from './formats.ts'
import { glossary } from './glossary.ts'
import { nameOf, type SourceField, type SourceType, type TargetField } from './schema.ts'
import { overlapOf } from './selection.ts'
import { sameness, type Word, wordsOf } from './words.ts'

/** Why two fields may be the same, and how much each reason counts. */
export interface Evidence {
  /** 0 to 1; everything together. */
  score: number
  /** How much the names say the same, 0 to 1. */
  name: number
  /** What of the target the name agrees with best. */
  by: 'name' | 'label' | 'glossary' | 'help' | 'nothing'
  /** The words that agreed, as the target says them. */
  words: string
  /** How well the type fits, 0 to 1. */
  type: number
  format?: { format: Format; matching: number; of: number; agrees: boolean }
  choices?: { matching: number; of: number }
}

/** A source field with its words found once. */
export interface ReadSource {
  field: SourceField
  names: { words: Word[]; weight: number }[]
  about: Word[]
  form: ReturnType<typeof formatOf>
  type: SourceType
  measure: Measure
}

/** Percent or money: 10 off is not 10 % off. */
type Measure = 'percent' | 'amount' | undefined

export interface ReadTarget {
  target: TargetField
  names: { words: Word[]; weight: number; by: Evidence['by']; text: string }[]
  help: Set<string>
  expects: Format | undefined
  prior: number
  measure: Measure
}

/** @param context words that every field of this record could bear, e.g. `order` */
export function readSource(field: SourceField, context: ReadonlySet<string>): ReadSource {
  const name = nameOf(field.path)
  const parents = /^(id|key|name|type|kind)$/i.test(name) ? [] : field.path.split('.').slice(-2, -1)
  const inParent = parents
    .filter((parent) => !/^(attributes|custom|meta)/.test(parent))
    .map((parent) => `${parent.replace(/_?(lines?|items?)$/i, '')} ${name}`)
  return {
    field,
    names: [
      { words: wordsOf(name, context), weight: 1 },
      ...inParent.map((text) => ({ words: wordsOf(text, context), weight: 0.95 })),
      ...(field.label ? [{ words: wordsOf(field.label, context), weight: 1 }] : []),
    ],
    about: field.about ? wordsOf(field.about, context) : [],
    form: formatOf(field.samples),
    type: field.type,
    measure: field.type === 'decimal' ? measureOf([name, field.label ?? '', field.about ?? '']) : undefined,
  }
}

function measureOf(texts: readonly string[]): Measure {
  const words = new Set(texts.flatMap((text) => wordsOf(text).map((word) => word.text)))
  if (['percent', 'discountpercent', 'taxrate'].some((word) => words.has(word))) return 'percent'
  return words.has('amount') || words.has('price') ? 'amount' : undefined
}

export function readTarget(target: TargetField, context: ReadonlySet<string>): ReadTarget {
  const { model, name, field } = target
  const known = [glossary[`${model}.${name}`], glossary[`*.${name}`]]
    .flatMap((text) => text?.split(',') ?? [])
    .map((text) => text.trim())
  const bare = name.replace(/^(x_studio_|x_|property_)/, '').replace(/_ids?$/, '')
  return {
    target,
    names: [
      { words: wordsOf(bare, context), weight: 1, by: 'name', text: name },
      { words: wordsOf(field.string, context), weight: 1, by: 'label', text: field.string },
      ...known.map((text) => ({ words: wordsOf(text, context), weight: 1, by: 'glossary' as const, text })),
    ],
    help: new Set(
      wordsOf(field.help ?? '')
        .filter(({ weight }) => weight > 0.5)
        .map(({ text }) => text),
    ),
    expects: expectationOf(target),
    prior: priorOf(target, known.length > 0),
    measure: field.type === 'float' || field.type === 'monetary' ? measureOf([field.string]) : undefined,
  }
}

export function evidenceFor(source: ReadSource, to: ReadTarget): Evidence {
  const { score: name, by, words } = bestName(source, to)
  const type = typeFit(source, to.target)
  const format = formatEvidence(source, to)
  const choices = choicesOf(source, to.target)
  let score = name * type
  if (format) score = format.agrees ? Math.min(1, score * 1.05 + 0.06) : score * 0.55
  if (choices) score *= choices.matching > 0 ? 1.05 : 0.6
  if (source.measure && to.measure && source.measure !== to.measure) score *= 0.6
  score = Math.min(1, score + helpBonus(source, to)) * to.prior
  return { score: Math.min(1, score), name, by, words, type, ...(format && { format }), ...(choices && { choices }) }
}

function bestName(source: ReadSource, to: ReadTarget): { score: number; by: Evidence['by']; words: string } {
  let best: { score: number; by: Evidence['by']; words: string } = { score: 0, by: 'nothing', words: '' }
  for (const own of source.names) {
    for (const other of to.names) {
      const score = sameness(own.words, other.words) * own.weight * other.weight
      if (score > best.score) best = { score, by: other.by, words: other.text }
    }
  }
  return best
}

function helpBonus(source: ReadSource, { help, names }: ReadTarget): number {
  const said = [...source.about, ...(source.names.at(-1)?.words ?? [])].filter(({ weight }) => weight > 0.5)
  if (said.length === 0) return 0
  const labels = new Set(
    names.flatMap(({ words }) => words.filter(({ weight }) => weight > 0.5).map(({ text }) => text)),
  )
  const found = said.filter(({ text }) => help.has(text) || labels.has(text)).length
  return 0.06 * (found / said.length)
}

/** How well a value of this type can live in that field. */
function typeFit(source: ReadSource, { field }: TargetField): number {
  const row = fits[source.type]
  const { form } = source
  if (source.type === 'text' && form?.format === 'image' && field.type === 'binary') return 0.95
  if (source.type === 'text' && form?.format === 'number' && (field.type === 'float' || field.type === 'monetary'))
    return 0.95
  if (source.type === 'text' && form?.format === 'number' && field.type === 'integer') return 0.8
  if (source.type === 'text' && /url|link|image/i.test(source.field.path) && field.type === 'binary') return 0.9
  return row[field.type] ?? 0.1
}

const fits: Record<SourceType, Record<string, number>> = {
  text: {
    char: 1,
    text: 1,
    html: 0.97,
    selection: 0.93,
    many2one: 0.95,
    many2many: 0.85,
    one2many: 0.6,
    integer: 0.35,
    float: 0.35,
    monetary: 0.35,
    date: 0.3,
    datetime: 0.3,
    boolean: 0.25,
    binary: 0.25,
  },
  integer: {
    integer: 1,
    float: 0.97,
    monetary: 0.8,
    char: 0.7,
    many2one: 0.85,
    many2many: 0.4,
    selection: 0.35,
    text: 0.3,
    boolean: 0.3,
  },
  decimal: { float: 1, monetary: 1, integer: 0.7, many2many: 0.75, char: 0.45, many2one: 0.3, text: 0.2, boolean: 0.1 },
  boolean: {
    boolean: 1,
    selection: 0.75,
    integer: 0.6,
    char: 0.25,
    many2one: 0.15,
    many2many: 0.15,
    text: 0.15,
    html: 0.15,
    float: 0.1,
  },
  date: { date: 1, datetime: 0.97, char: 0.3, text: 0.2 },
  datetime: { datetime: 1, date: 0.93, char: 0.25, text: 0.2 },
  list: { many2many: 1, one2many: 0.8, many2one: 0.8, char: 0.5, text: 0.5, json: 0.3, html: 0.3 },
  object: { many2one: 1, json: 0.4, char: 0.2, one2many: 0.2 },
  records: { one2many: 1, many2many: 0.8, json: 0.3 },
}

/** The form that a target's values have by its nature. */
function expectationOf({ name, field }: TargetField): Format | undefined {
  if (field.relation === 'res.country') return 'country'
  if (field.relation === 'res.currency') return 'currency'
  if (field.type === 'char' && /(^|_)email/.test(name)) return 'email'
  if (field.type === 'char' && /(^|_)(phone|mobile)/.test(name)) return 'phone'
  if (field.type === 'char' && /(^|_)(website|url)($|_)/.test(name)) return 'url'
  if (field.type === 'char' && name === 'vat') return 'taxid'
  if (field.type === 'char' && name === 'barcode') return 'ean'
  if (field.type === 'selection' && name === 'lang') return 'language'
  if (field.type === 'selection' && name === 'tz') return 'timezone'
  if (field.type === 'binary' && /^image/.test(name)) return 'image'
  return field.relation === 'res.partner.bank' ? 'iban' : undefined
}

/** Formats that say what a value is; a number or a bare code may be many things. */
const telling: ReadonlySet<Format> = new Set([
  'email',
  'url',
  'image',
  'iban',
  'ip',
  'taxid',
  'phone',
  'timezone',
  'html',
  'ean',
])

function formatEvidence({ form, field }: ReadSource, to: ReadTarget): Evidence['format'] {
  if (!form) {
    // Text that has no form at all, where the target takes only its own.
    const texts = field.samples.filter((value) => typeof value === 'string' && value !== '').length
    const wrong = texts > 0 && to.expects !== undefined && strict.has(to.expects)
    return wrong && to.expects ? { format: to.expects, matching: 0, of: texts, agrees: false } : undefined
  }
  if (to.expects === form.format) return { ...form, agrees: true }
  if (to.expects !== undefined && strict.has(to.expects)) return { ...form, agrees: false }
  if (form.format === 'html') return { ...form, agrees: ['text', 'html'].includes(to.target.field.type) }
  const free = form.format === 'ean' || form.format === 'phone' || to.target.field.type === 'binary'
  if (telling.has(form.format) && !free && to.target.field.type !== 'many2one') {
    return /url|link|website|pdf/.test(to.target.name) && form.format === 'url'
      ? { ...form, agrees: true }
      : { ...form, agrees: false }
  }
  return undefined
}

/** Targets that take nothing of another form. */
const strict: ReadonlySet<Format> = new Set(['email', 'url', 'timezone', 'iban'])

function choicesOf(source: ReadSource, { field }: TargetField): Evidence['choices'] {
  if (field.type !== 'selection' || !field.selection) return undefined
  const values =
    source.field.choices ??
    source.field.samples.filter((value): value is string => typeof value === 'string' && value !== '')
  return values.length === 0 ? undefined : overlapOf(values, field.selection)
}

/** Fields that Odoo keeps for itself stand behind those that people fill in. */
function priorOf({ name, field }: TargetField, known: boolean): number {
  if (field.readonly && field.store === false) return known ? 0.95 : 0.72
  if (field.readonly) return known ? 0.97 : 0.82
  return known ? 1 : 0.9 * (technical.test(name) ? 0.6 : 1)
}

const technical =
  /(_placeholder|_label|_html|_count|_ids_count|_widget|^is_|^has_|^show_|^display_|^use_|^can_|_warn|_warning|_token|_url$|_domain|_hash|_code$)/

/** Never written and never read by a mapping. */
export const isTechnical = ({ name, field }: TargetField): boolean =>
  /^(id|create_uid|create_date|write_uid|write_date|display_name|__last_update|clarity_.*|access_.*|message_.*|activity_.*|my_activity_.*|website_message_ids|avatar_.*|image_(128|256|512|1024)|image_variant_(128|256|512|1024)|.*_search|properties.*|rating_.*)$/.test(
    name,
  ) || ['properties', 'properties_definition', 'reference', 'many2one_reference'].includes(field.type)

export const samplesShown = (samples: readonly Json[]): string =>
  samples
    .filter((value) => typeof value !== 'object' && value !== '')
    .slice(0, 2)
    .map((value) => `“${String(value).slice(0, 40)}”`)
    .join(', ')
