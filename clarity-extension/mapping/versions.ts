import { type Change, diff } from './diff.ts'
import { canonical } from './json.ts'
import type { RuleSet } from './rules.ts'

/**
 * The life of one rule set: numbered versions that never change, one of which is live, and at most one draft. Pure; who stores
 * it writes the new history only if the stored one still has the revision it was read with.
 */
export interface History {
  name: string
  /** Grows with every move. */
  revision: number
  versions: readonly Version[]
  /** Number of the version that maps now. */
  live: number
  draft?: Draft
}

export interface Version {
  number: number
  rules: RuleSet
  by: string
  /** ISO 8601. */
  at: string
  /** Why, in the person's words. */
  note: string
}

export interface Draft {
  /** The version it was made from. */
  base: number
  /** Grows with every save. */
  revision: number
  rules: RuleSet
  by: string
  at: string
}

export interface Author {
  by: string
  at: string
}

export type Refused =
  | { ok: false; code: 'conflict'; message: string; merge: Merge }
  | { ok: false; code: 'no_draft' | 'no_such_version' | 'already_live' | 'unchanged'; message: string }
export type Moved = { ok: true; history: History } | Refused

/** What two people changed since they looked at the same rules. */
export interface Merge {
  theirs: Change[]
  yours: Change[]
  /** Changed by both, differently: a person chooses. */
  conflicts: string[]
}

export function begin(rules: RuleSet, { by, at }: Author): History {
  const first = { number: 1, rules: { ...rules, version: 1 }, by, at, note: 'The rules as delivered.' }
  return { name: rules.name, revision: 1, versions: [first], live: 1 }
}

/** The rules that map now. */
export function liveRules(history: History): RuleSet {
  const live = history.versions.find(({ number }) => number === history.live)
  if (!live) throw new Error(`version ${history.live} of ${history.name} is not there`)
  return live.rules
}

/**
 * Saves a draft. @param seen the draft's revision that the person edited; 0 for a new draft
 * Somebody else's save in between is refused, with what both changed.
 */
export function saveDraft(history: History, rules: RuleSet, seen: number, { by, at }: Author): Moved {
  const { draft } = history
  if ((draft?.revision ?? 0) !== seen) {
    const message = draft
      ? `${draft.by} saved this draft at ${draft.at}.`
      : 'This draft was activated or thrown away meanwhile.'
    const base =
      history.versions.find(({ number }) => number === (draft?.base ?? history.live))?.rules ?? liveRules(history)
    return { ok: false, code: 'conflict', message, merge: mergeOf(base, draft?.rules ?? liveRules(history), rules) }
  }
  const base = draft?.base ?? history.live
  return moved(history, { draft: { base, revision: seen + 1, rules, by, at } })
}

/** Makes the draft a version and lets it map. A draft of rules that are no longer live is refused. */
export function activate(history: History, seen: number, note: string, { by, at }: Author): Moved {
  const { draft } = history
  if (!draft) return { ok: false, code: 'no_draft', message: 'There is no draft to activate.' }
  if (draft.revision !== seen) return saveDraft(history, draft.rules, seen, { by, at })
  const base = history.versions.find(({ number }) => number === draft.base)?.rules
  if (base && draft.base !== history.live) {
    const message = `Version ${history.live} went live after this draft was begun from version ${draft.base}.`
    return { ok: false, code: 'conflict', message, merge: mergeOf(base, liveRules(history), draft.rules) }
  }
  if (sameRules(draft.rules, liveRules(history))) {
    return { ok: false, code: 'unchanged', message: 'The draft says what is live already.' }
  }
  const number = Math.max(...history.versions.map((one) => one.number)) + 1
  const version = { number, rules: { ...draft.rules, version: number }, by, at, note }
  const { draft: _, ...rest } = history
  return moved(rest, { versions: [...history.versions, version], live: number })
}

/** Lets an earlier version map again. The draft, if there is one, stays. */
export function rollBack(history: History, to: number): Moved {
  if (!history.versions.some(({ number }) => number === to)) {
    return { ok: false, code: 'no_such_version', message: `There is no version ${to}.` }
  }
  if (history.live === to) return { ok: false, code: 'already_live', message: `Version ${to} is live already.` }
  return moved(history, { live: to })
}

export function discardDraft(history: History): Moved {
  if (!history.draft) return { ok: false, code: 'no_draft', message: 'There is no draft to throw away.' }
  const { draft: _, ...rest } = history
  return moved(rest, {})
}

const moved = (history: History, change: Partial<History>): Moved => ({
  ok: true,
  history: { ...history, ...change, revision: history.revision + 1 },
})

function mergeOf(base: RuleSet, theirs: RuleSet, yours: RuleSet): Merge {
  const changes = { theirs: diff(byTarget(base), byTarget(theirs)), yours: diff(byTarget(base), byTarget(yours)) }
  const conflicts = changes.yours.filter((mine) =>
    changes.theirs.some((other) => overlap(mine.at, other.at) && canonical(mine.after) !== canonical(other.after)),
  )
  return { ...changes, conflicts: conflicts.map(({ at }) => at) }
}

const overlap = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)

/** Rules by their target and place among those of the same target, so that one more rule moves no other. */
function byTarget({ rules, version: _, ...rest }: RuleSet): Record<string, unknown> {
  const seen = new Map<string, number>()
  const named = rules.map((rule) => {
    const place = (seen.get(rule.to) ?? 0) + 1
    seen.set(rule.to, place)
    return [`${rule.to} ${place}`, rule] as const
  })
  return { ...rest, rules: Object.fromEntries(named) }
}

const sameRules = (a: RuleSet, b: RuleSet): boolean =>
  canonical({ ...a, version: 0 }) === canonical({ ...b, version: 0 })
