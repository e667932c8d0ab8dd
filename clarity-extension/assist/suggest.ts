import type { Described } from '../mapping/validate.ts'
import { bestAssignment } from './assign.ts'
import { composites } from './composites.ts'
import { ACCEPT_FROM, confidenceOf, SUGGEST_FROM } from './confidence.ts'
import {
  type Evidence,
  evidenceFor,
  isTechnical,
  type ReadSource,
  type ReadTarget,
  readSource,
  readTarget,
} from './evidence.ts'
import { type Learned, noLearning } from './learning.ts'
import { type Reason, reasonsFor } from './reasons.ts'
import { type Finished, ruleFor } from './rule-for.ts'
import { groupOf, type SourceField } from './schema.ts'
import { tokensOf } from './words.ts'

export interface Task {
  /** e.g. `order`. */
  entity: string
  fields: readonly SourceField[]
  /** Odoo's fields by model: the model that is written and those its lines and addresses live in. */
  described: Described
  /** e.g. `sale.order`. */
  model: string
  /** What people of this shop accepted and rejected before. */
  learned?: Learned
}

export interface Suggestion {
  /** The storefront's field. */
  path: string
  /** Absent: nothing fits well enough to be named. */
  best?: Candidate
  /** The next ones, at most two; with an abstention what came nearest. */
  others: Candidate[]
  /** How sure it is that `best` is right, 0 to 1: of those with 0.9 about nine in ten are. */
  confidence: number
  /** Sure enough to be taken over together with others of its kind. */
  certain: boolean
  /** Why this, or why nothing. */
  reasons: Reason[]
}

/** `rule` is what the mapping would say; where Odoo computes the field itself, `back` brings it to the storefront instead. */
export interface Candidate extends Finished {
  model: string
  field: string
  label: string
  score: number
}

/** One suggestion per field of the storefront. Pure. */
export function suggest(task: Task): Suggestion[] {
  const targets = targetsOf(task)
  const groups = groupsOf(task).map((group) => ({ ...group, home: homeOf(group, targets, task) }))
  const homes = new Map(groups.map(({ path, home }) => [path, home]))
  return groups.flatMap((group) => suggestGroup(group, homes, targets, task))
}

interface Group {
  path: string
  fields: ReadSource[]
  /** Several fields that are one, e.g. first and last name. */
  parts: Map<ReadSource, readonly string[]>
}

const NEIGHBOUR = 0.86
const SECOND_TAKER = 0.7
const WORTH = 0.3

function groupsOf({ fields, entity }: Task): Group[] {
  const byGroup = new Map<string, SourceField[]>()
  for (const field of fields) byGroup.set(groupOf(field.path), [...(byGroup.get(groupOf(field.path)) ?? []), field])
  const context = new Set(tokensOf(entity))
  return [...byGroup].map(([path, own]) => {
    const { single, merged } = composites(own)
    const parts = new Map(merged.map(({ field, of }) => [readSource(field, context), of] as const))
    return { path, fields: [...single.map((field) => readSource(field, context)), ...parts.keys()], parts }
  })
}

function targetsOf({ described, entity }: Task): Map<string, ReadTarget[]> {
  const context = new Set(tokensOf(entity))
  return new Map(
    Object.entries(described).map(([model, fields]) => [
      model,
      Object.entries(fields)
        .map(([name, field]) => ({ model, name, field }))
        .filter((target) => !isTechnical(target))
        .map((target) => readTarget(target, context)),
    ]),
  )
}

function suggestGroup(
  group: Group & { home: string },
  homes: ReadonlyMap<string, string>,
  targets: Map<string, ReadTarget[]>,
  task: Task,
): Suggestion[] {
  const model = group.home
  const own = targets.get(model) ?? []
  const root = model === task.model ? [] : (targets.get(task.model) ?? [])
  const candidates = [...own, ...root]
  const learned = task.learned ?? noLearning
  const table = group.fields.map((source) =>
    candidates.map((target) => {
      const evidence = evidenceFor(source, target)
      const near = target.target.model === model ? 1 : NEIGHBOUR
      const structure = structureOf(source, target, homes)
      const score = learned.adjust(source.field.path, target.target, Math.min(1, evidence.score * near * structure))
      return { target, evidence, score }
    }),
  )
  // What nobody is near to need not be assigned.
  const open = candidates.flatMap((_, column) =>
    table.some((row) => (row[column]?.score ?? 0) >= WORTH) ? [column] : [],
  )
  const scores = table.map((row) =>
    open.map((column) => row[column]?.score ?? 0).map((score) => (score < WORTH ? 0 : score)),
  )
  const chosen = bestAssignment(scores.map((row) => [...row, ...row.map((score) => score * SECOND_TAKER)]))
  return group.fields.flatMap((source, at) => {
    const row = table[at] ?? []
    const column = chosen[at]
    const picked = column === undefined ? undefined : row[open[column % open.length] ?? -1]
    const shared = column !== undefined && column >= open.length
    const paths = group.parts.get(source) ?? [source.field.path]
    return paths.map((path) => suggestionFor(path, source, row, picked, shared, paths, task))
  })
}

interface Scored {
  target: ReadTarget
  evidence: Evidence
  score: number
}

function suggestionFor(
  path: string,
  source: ReadSource,
  row: Scored[],
  picked: Scored | undefined,
  shared: boolean,
  paths: readonly string[],
  task: Task,
): Suggestion {
  const ranked = [...row].sort((a, b) => b.score - a.score).filter(({ score }) => score > 0.1)
  const best = picked ?? ranked[0]
  const rest = ranked.filter((one) => one !== best)
  const confidence = best ? confidenceOf({ ...best, next: rest[0]?.score ?? 0, shared, top: ranked[0]?.score ?? 0 }) : 0
  const candidate = ({ target, score }: Scored): Candidate => ({
    model: target.target.model,
    field: target.target.name,
    label: target.target.field.string,
    score,
    ...ruleFor(source.field, paths, target.target, task),
  })
  if (!best || confidence < SUGGEST_FROM) {
    const nearest = ranked.slice(0, 2)
    return {
      path,
      others: nearest.map(candidate),
      confidence,
      certain: false,
      reasons: reasonsFor(source, nearest[0], false),
    }
  }
  return {
    path,
    best: candidate(best),
    others: rest.slice(0, 2).map(candidate),
    confidence,
    certain: confidence >= ACCEPT_FROM,
    reasons: reasonsFor(source, best, true, paths),
  }
}

/** The model that a group's fields are at home in. A list or object may be lines or an address as well as a part of the record. */
function homeOf(group: Group, targets: Map<string, ReadTarget[]>, { model }: Task): string {
  if (group.path === '' || group.fields.length === 0) return model
  let best = { model, fit: fitOf(group, targets.get(model) ?? []) }
  for (const [name, own] of targets) {
    const fit = fitOf(group, own)
    if (fit > best.fit + 0.02) best = { model: name, fit }
  }
  return best.model
}

const fitOf = (group: Group, targets: ReadTarget[]): number =>
  group.fields.reduce(
    (sum, source) => sum + targets.reduce((most, to) => Math.max(most, evidenceFor(source, to).score), 0),
    0,
  ) / group.fields.length

/** An object or list is the relation whose model its parts are at home in. */
function structureOf({ field, type }: ReadSource, { target }: ReadTarget, homes: ReadonlyMap<string, string>): number {
  const home = homes.get(field.path)
  if ((type !== 'object' && type !== 'records') || home === undefined || target.field.relation === undefined) return 1
  return target.field.relation === home ? 1.1 : 0.85
}
