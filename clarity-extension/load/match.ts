/**
 * Which record of one side is which of the other, before anything is written. A match is certain or it is none: where keys
 * disagree, or several records share one, a person decides. Pure.
 */
export interface Candidate {
  id: string
  /** What a person knows it by. */
  label: string
  /** Archived or not for sale otherwise: nothing to bring over, and nothing to link to. */
  active: boolean
  /** Values that identify it, e.g. SKU and barcode; empty ones are left out. */
  keys: Readonly<Record<string, string>>
  /** The storefront keeps it under a key that is not ours, e.g. an earlier ERP's. */
  foreignKey?: string | undefined
  /** Whether it is made where it is found nowhere; left out: it is. */
  isMade?: boolean
  /** Instant of its last change, where records are read in that order: a load goes on from there. */
  changedAt?: string
}

/** Why a person has to look. */
export const conflicts = [
  'several_there',
  'several_here',
  'contradiction',
  'differs',
  'archived',
  'taken',
  'other_key',
] as const
export type Conflict = (typeof conflicts)[number]

/** Why a record is left out: `only_there` has nothing on the side that is the record. */
export const skips = ['inactive', 'no_key', 'only_there', 'not_there'] as const
export type Skipped = (typeof skips)[number]

export type Verdict =
  | { verdict: 'new' }
  | { verdict: 'linked'; target: string; by: string }
  | { verdict: 'conflict'; why: Conflict; by: string; targets: string[] }
  | { verdict: 'skipped'; why: Skipped }

export interface MatchRules {
  /** In the order in which they are trusted. */
  keys: readonly string[]
  /** By the key that found a record: others that must not say something else. */
  compare: Readonly<Record<string, readonly string[]>>
  /** Makes two spellings of one value equal, e.g. an e-mail address in small letters. */
  clean(key: string, value: string): string
  /** What is found nowhere is made; else it is left out. */
  creates: boolean
}

export interface Matched {
  /** One per source, in the same order. */
  verdicts: Verdict[]
  /** Records of the other side that nobody here is. */
  left: Candidate[]
}

/** @param links from source to target, of what is linked already */
export function match(
  sources: readonly Candidate[],
  targets: readonly Candidate[],
  links: ReadonlyMap<string, string>,
  rules: MatchRules,
): Matched {
  const sides: Sides = {
    there: indexOf(targets, rules),
    here: indexOf(sources, rules),
    byId: new Map(targets.map((target) => [target.id, target])),
    takenBy: new Map([...links].map(([source, target]) => [target, source])),
  }
  const verdicts = claimedOnce(sources.map((source) => verdictOf(source, links.get(source.id), sides, rules)))
  const met = new Set(verdicts.flatMap(targetsOf))
  return { verdicts, left: targets.filter(({ id, active }) => active && !met.has(id)) }
}

interface Sides {
  there: Index
  here: Index
  byId: ReadonlyMap<string, Candidate>
  takenBy: ReadonlyMap<string, string>
}

/** By key and value. Nearly every value is of one record: a list for each would take more memory than the records. */
type Index = ReadonlyMap<string, ReadonlyMap<string, Candidate | Candidate[]>>

function indexOf(records: readonly Candidate[], { keys, clean }: MatchRules): Index {
  return new Map(
    keys.map((key) => {
      const index = new Map<string, Candidate | Candidate[]>()
      for (const record of records) {
        const value = cleaned(record, key, clean)
        if (value === undefined) continue
        const same = index.get(value)
        if (Array.isArray(same)) same.push(record)
        else index.set(value, same ? [same, record] : record)
      }
      return [key, index]
    }),
  )
}

function having(index: Index, key: string, value: string): Candidate[] {
  const found = index.get(key)?.get(value)
  return found === undefined ? [] : [found].flat()
}

function cleaned({ keys }: Candidate, key: string, clean: MatchRules['clean']): string | undefined {
  const value = keys[key]
  return (value !== undefined && clean(key, value)) || undefined
}

function verdictOf(source: Candidate, link: string | undefined, sides: Sides, rules: MatchRules): Verdict {
  if (link !== undefined) return { verdict: 'linked', target: link, by: 'link' }
  if (!source.active) return { verdict: 'skipped', why: 'inactive' }
  let found: { target: Candidate; by: string } | undefined
  let known = rules.keys.length === 0
  for (const by of rules.keys) {
    const value = cleaned(source, by, rules.clean)
    if (value === undefined) continue
    known = true
    const all = having(sides.there, by, value)
    // An archived record stands aside where an active one has the same value.
    const there = all.some(({ active }) => active) ? all.filter(({ active }) => active) : all
    if (found && there.some(({ id }) => id === found?.target.id)) continue
    const here = having(sides.here, by, value).filter(({ active }) => active)
    if (there.length > 0 && here.length > 1) return conflict('several_here', by, there)
    if (there.length > 1) return conflict('several_there', by, there)
    const [target] = there
    if (!target) continue
    if (found) return conflict('contradiction', by, [found.target, target])
    found = { target, by }
  }
  if (found) return linkable(source, found.target, found.by, sides, rules)
  if (!known) return { verdict: 'skipped', why: 'no_key' }
  if (!rules.creates || source.isMade === false) return { verdict: 'skipped', why: 'not_there' }
  const shared = rules.keys.find((key) => isShared(source, key, sides.here, rules))
  return shared === undefined ? { verdict: 'new' } : conflict('several_here', shared, [])
}

/** Two records here with one value would become two of it there. */
function isShared(source: Candidate, key: string, here: Index, { clean }: MatchRules): boolean {
  const value = cleaned(source, key, clean)
  return value !== undefined && having(here, key, value).filter(({ active }) => active).length > 1
}

/** A record was found; what speaks against taking it? */
function linkable(source: Candidate, target: Candidate, by: string, sides: Sides, rules: MatchRules): Verdict {
  if (sides.takenBy.has(target.id)) return conflict('taken', by, [target])
  if (!target.active) return conflict('archived', by, [target])
  const differing = (rules.compare[by] ?? []).find((key) => {
    const [mine, theirs] = [cleaned(source, key, rules.clean), cleaned(target, key, rules.clean)]
    return mine !== undefined && theirs !== undefined && mine !== theirs
  })
  if (differing) return conflict('differs', differing, [target])
  if (target.foreignKey !== undefined) return conflict('other_key', by, [target])
  return { verdict: 'linked', target: target.id, by }
}

const conflict = (why: Conflict, by: string, targets: readonly Candidate[]): Verdict => ({
  verdict: 'conflict',
  ...{ why, by },
  targets: targets.map(({ id }) => id),
})

/** Two records that lead to one of the other side by different keys: neither is taken for it. */
function claimedOnce(verdicts: readonly Verdict[]): Verdict[] {
  const claims = new Map<string, number>()
  for (const one of verdicts) if (one.verdict === 'linked') claims.set(one.target, (claims.get(one.target) ?? 0) + 1)
  return verdicts.map((one) => {
    if (one.verdict !== 'linked' || one.by === 'link' || (claims.get(one.target) ?? 0) < 2) return one
    return { verdict: 'conflict', why: 'taken', by: one.by, targets: [one.target] }
  })
}

function targetsOf(verdict: Verdict): string[] {
  if (verdict.verdict === 'linked') return [verdict.target]
  return verdict.verdict === 'conflict' ? verdict.targets : []
}
