import type { EventDetail } from '../ledger/queries.ts'
import { conversions } from '../mapping/functions.ts'
import { segments } from '../mapping/json.ts'
import { lint } from '../mapping/lint.ts'
import type { LookupTables } from '../mapping/lookups.ts'
import { endingOf, type Rehearsed } from '../mapping/preview.ts'
import type { RuleSet } from '../mapping/rules.ts'
import { sourceFields } from '../mapping/sources.ts'
import type { Touched } from '../mapping/touched.ts'
import type { Described } from '../mapping/validate.ts'
import { type History, liveRules, type Version } from '../mapping/versions.ts'
import type { components } from '../panel/schema.d.ts'
import type { PreviewItem, PreviewReport } from './mapping-ports.ts'
import { noSuchVersion } from './mapping-refusals.ts'
import { mask } from './mask.ts'

/** Rule sets and what they would write, told as panel.openapi.yaml says. */
type Schemas = components['schemas']

export function summaryView(history: History, counts: Map<number, number>, waiting: number): Schemas['MappingSummary'] {
  const rules = liveRules(history)
  const live = versionOf(history, history.live)
  const newest = history.versions.findLast(({ delivered }) => delivered)
  return {
    ...headOf(rules),
    live: versionView(live, counts),
    rules: rules.rules.length,
    records: counts.get(live.number) ?? 0,
    draft: history.draft ? { by: history.draft.by, at: history.draft.at } : null,
    newer: newest && newest.number > live.number ? newest.number : null,
    waiting,
  }
}

export function mappingView(
  history: History,
  counts: Map<number, number>,
  fields: Described,
  tables: LookupTables,
): Schemas['Mapping'] {
  const rules = liveRules(history)
  const { draft } = history
  return {
    ...headOf(rules),
    live: history.live,
    rules: ruleSetView(rules),
    draft: draft
      ? {
          revision: draft.revision,
          base: draft.base,
          by: draft.by,
          at: draft.at,
          rules: ruleSetView(draft.rules),
          faults: lint(draft.rules, fields, tables),
        }
      : null,
    versions: history.versions.map((version) => versionView(version, counts)).reverse(),
  }
}

/** A rule set is plain JSON, and any field of it may be there. */
export const ruleSetView = ({ rules, ...rest }: RuleSet): Schemas['RuleSet'] => ({
  ...rest,
  rules: rules.map((rule) => ({ ...rule })),
})

export function versionOf(history: History, number: number): Version {
  const version = history.versions.find((one) => one.number === number)
  if (!version) throw noSuchVersion(number)
  return version
}

export function schemaView(rules: RuleSet, fields: Described, tables: LookupTables): Schemas['MappingSchema'] {
  const target = Object.entries(fields).flatMap(([model, all]) =>
    model === rules.model || model === 'sale.order.line'
      ? Object.entries(all).map(([name, field]) => ({
          model,
          name,
          label: field.string,
          type: field.type,
          required: field.required,
          readonly: field.readonly,
          relation: field.relation ?? null,
          choices: (field.selection ?? []).map(([key]) => key ?? ''),
        }))
      : [],
  )
  return {
    source: sourceFields(rules.name).map(({ path, type, derived = false }) => ({ path, type, derived })),
    target,
    targetKnown: target.length > 0,
    conversions: Object.entries(conversions).map(([name, { about }]) => ({ name, about })),
    tables: Object.entries(tables).map(([name, { title }]) => ({ name, title })),
  }
}

export function testView(rehearsed: Rehearsed, stored: EventDetail | undefined): Schemas['MappingTest'] {
  const { value, masked } = mask(rehearsed.ok ? rehearsed.writes : {}, stored ? 'nothing' : 'personal')
  const problems = rehearsed.ok
    ? rehearsed.held
    : rehearsed.outcome.kind === 'correct'
      ? rehearsed.outcome.problems
      : []
  return {
    ending: endingOf(rehearsed),
    writes: { ...Object(value) },
    problems,
    message: rehearsed.ok ? null : said(rehearsed.outcome),
    masked,
    event: stored ? { id: String(stored.id), subject: stored.subject } : null,
  }
}

const said = (outcome: Extract<Rehearsed, { ok: false }>['outcome']): string | null => {
  if (outcome.kind === 'skip') return outcome.detail ?? null
  return outcome.kind === 'correct' ? null : outcome.message
}

export function previewView(report: PreviewReport): Schemas['MappingPreview'] {
  const { tried, changed, released, broken, untried } = report
  return {
    tried,
    changed,
    released,
    broken,
    untried,
    fields: report.fields.map(({ field, count, before, after }) => {
      const key = field.split(' · ').at(-1) ?? ''
      return { field, count, before: hidden(key, before), after: hidden(key, after) }
    }),
    items: report.items.map(itemView),
  }
}

export const recordView = (row: Touched): Schemas['MappingRecordPage']['items'][number] => ({
  kind: row.kind,
  clarityId: row.clarityId,
  eventId: row.eventId === null ? null : String(row.eventId),
  subject: row.subject,
  odooModel: row.odooModel,
  odooId: row.odooId,
  odooName: row.odooName,
  writtenAt: new Date(row.writtenAt).toISOString(),
  superseded: row.superseded,
})

type Change = Schemas['MappingChange']

function itemView({ eventId, state, changes, ...rest }: PreviewItem): Schemas['MappingPreview']['items'][number] {
  return {
    ...rest,
    eventId: String(eventId),
    state,
    changes: changes.map(({ at, kind, before, after }): Change => {
      const key = segments(at).at(-1) ?? ''
      return {
        at,
        kind,
        ...(before !== undefined && { before: hidden(key, before) }),
        ...(after !== undefined && { after: hidden(key, after) }),
      }
    }),
  }
}

/** A value alone does not tell that it is personal; its field's name does. */
function hidden(key: string, value: unknown): unknown {
  const shown = mask({ [key]: value }, 'nothing').value
  return Object(shown)[key]
}

const headOf = ({ name, description, entity, direction, model }: RuleSet) => ({
  name,
  description,
  entity,
  direction,
  model: model ?? null,
})

const versionView = (
  { number, by, at, note, delivered, rules }: Version,
  counts: Map<number, number>,
): Schemas['MappingVersion'] => ({
  number,
  by,
  at,
  note,
  delivered: delivered === true,
  rules: rules.rules.length,
  records: counts.get(number) ?? 0,
})
