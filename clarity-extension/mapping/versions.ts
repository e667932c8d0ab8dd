import { canonical } from './json.ts'
import { type Merge, mergeOf } from './merge.ts'
import type { RuleSet } from './rules.ts'

export type { Merge } from './merge.ts'

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
  /** It came with the bridge; nobody here wrote it. */
  delivered?: true
}

export interface Draft {
  /** The version it was made from. */
  base: number
  /** The history's revision when it was saved: no two drafts of one rule set ever share it. */
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

export function begin(rules: RuleSet, { by, at }: Author): History {
  return { name: rules.name, revision: 1, versions: [deliveredVersion(1, rules, by, at)], live: 1 }
}

/**
 * Takes up the rules as a newer bridge delivers them. They go live where the delivered ones were; where somebody has rules of
 * their own they wait as a version beside them.
 */
export function deliver(history: History, rules: RuleSet, { by, at }: Author): Moved {
  const known = history.versions.filter(({ delivered }) => delivered)
  if (known.some((one) => sameRules(one.rules, rules))) return cannot('unchanged', 'These rules are known.')
  const number = nextNumber(history)
  const ownsRules = !known.some((one) => one.number === history.live)
  return moved(history, {
    versions: [...history.versions, deliveredVersion(number, rules, by, at)],
    live: ownsRules ? history.live : number,
  })
}

/** The rules that map now. */
export function liveRules(history: History): RuleSet {
  const live = history.versions.find(({ number }) => number === history.live)
  if (!live) throw new Error(`version ${history.live} of ${history.name} is not there`)
  return live.rules
}

/**
 * Saves a draft. Somebody else's save in between is refused, with what both changed.
 * @param seen the draft's revision that the person edited; 0 for a new draft
 * @param base the version that the draft was merged with; else it stays the one it was begun from
 */
export function saveDraft(
  history: History,
  rules: RuleSet,
  seen: number,
  { by, at }: Author,
  base = history.draft?.base ?? history.live,
): Moved {
  const { draft } = history
  if ((draft?.revision ?? 0) !== seen) {
    const message = draft
      ? `${draft.by} saved this draft at ${draft.at}.`
      : 'This draft was activated or thrown away meanwhile.'
    return conflict(history, message, draft?.rules ?? liveRules(history), rules, draft?.base ?? base)
  }
  if (!history.versions.some(({ number }) => number === base)) {
    return cannot('no_such_version', `There is no version ${base}.`)
  }
  return moved(history, { draft: { base, revision: history.revision + 1, rules, by, at } })
}

/** Makes the draft a version and lets it map. A draft of rules that are no longer live is refused. */
export function activate(history: History, seen: number, note: string, { by, at }: Author): Moved {
  const { draft } = history
  if (!draft) return cannot('no_draft', 'There is no draft to activate.')
  if (draft.revision !== seen) return saveDraft(history, draft.rules, seen, { by, at })
  if (draft.base !== history.live) {
    const message = `Version ${history.live} went live after this draft was begun from version ${draft.base}.`
    return conflict(history, message, liveRules(history), draft.rules, draft.base)
  }
  if (sameRules(draft.rules, liveRules(history))) return cannot('unchanged', 'The draft says what is live already.')
  const number = nextNumber(history)
  const version = { number, rules: { ...draft.rules, version: number }, by, at, note }
  const { draft: _, ...rest } = history
  return moved(rest, { versions: [...history.versions, version], live: number })
}

/** Lets an earlier version map again. The draft, if there is one, stays. */
export function rollBack(history: History, to: number): Moved {
  if (!history.versions.some(({ number }) => number === to)) {
    return cannot('no_such_version', `There is no version ${to}.`)
  }
  if (history.live === to) return cannot('already_live', `Version ${to} is live already.`)
  return moved(history, { live: to })
}

export function discardDraft(history: History): Moved {
  if (!history.draft) return cannot('no_draft', 'There is no draft to throw away.')
  const { draft: _, ...rest } = history
  return moved(rest, {})
}

export const sameRules = (a: RuleSet, b: RuleSet): boolean =>
  canonical({ ...a, version: 0 }) === canonical({ ...b, version: 0 })

const moved = (history: History, change: Partial<History>): Moved => ({
  ok: true,
  history: { ...history, ...change, revision: history.revision + 1 },
})

const cannot = (code: Exclude<Refused['code'], 'conflict'>, message: string): Moved => ({ ok: false, code, message })

function conflict(history: History, message: string, theirs: RuleSet, yours: RuleSet, from: number): Moved {
  const base = history.versions.find(({ number }) => number === from)?.rules ?? liveRules(history)
  return { ok: false, code: 'conflict', message, merge: mergeOf(base, theirs, yours) }
}

const nextNumber = ({ versions }: History): number => Math.max(...versions.map(({ number }) => number)) + 1

const deliveredVersion = (number: number, rules: RuleSet, by: string, at: string): Version => ({
  number,
  rules: { ...rules, version: number },
  by,
  at,
  note: 'The rules as delivered.',
  delivered: true,
})
