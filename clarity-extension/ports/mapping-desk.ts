import type { OutcomeOf } from '../../shared/outcome.ts'
import type { MappingDesk } from '../http/mapping-ports.ts'
import type { LedgerQueries } from '../ledger/queries.ts'
import type { Ledger } from '../ledger/types.ts'
import type { Rehearsed } from '../mapping/preview.ts'
import { deliveredRules } from '../mapping/rule-sets.ts'
import type { RuleSet } from '../mapping/rules.ts'
import type { Rulebook } from '../rulebook/types.ts'
import type { MappingEngine } from './mapping-engine.ts'
import { previewEvents } from './preview.ts'
import type { Rehearsal } from './rehearsal.ts'

export interface DeskParts {
  engine: Pick<MappingEngine, 'rulebook' | 'fields' | 'rehearsals' | 'tables'>
  queries: Pick<LedgerQueries, 'list' | 'detail'>
  ledger: Pick<Ledger, 'rerun' | 'replay'>
  now?: () => number
}

/** What a person does with the rules: try, preview, replay. */
export function mappingDesk({ engine, queries, ledger, now = Date.now }: DeskParts): MappingDesk {
  const { rulebook, fields } = engine
  const byType = new Map<string, Rehearsal>(Object.entries(engine.rehearsals))

  async function rehearse({ type, payload }: { type: string; payload: string }, rules?: RuleSet): Promise<Rehearsed> {
    const rehearsal = byType.get(type)
    if (!rehearsal) return { ok: false, outcome: notTried(type), untried: true }
    const { sets } = await rulebook.live()
    return rehearsal(payload, rules ? new Map(sets).set(rules.name, rules) : sets)
  }

  async function replay(ids: readonly number[], by: string): Promise<{ moved: number }> {
    if (ids.length === 0) return { moved: 0 }
    const waiting = await ledger.replay({ ids }, by)
    const settled = await ledger.rerun(ids, now(), by)
    return { moved: waiting.moved + settled.moved }
  }

  return {
    delivered: deliveredRules,
    rulebook,
    rehearse,
    tables: engine.tables,
    fields: (rules) => fields.of([rules]),
    replay,
    preview: (rules, which) =>
      previewEvents(
        {
          queries,
          types: deliveredRules.find((one) => one.rules.name === rules.name)?.events ?? [],
          touched: (version) => standing(rulebook, rules.name, version),
          rehearse: (event, draft) => rehearse(event, draft ? rules : undefined),
        },
        which,
      ),
    replayTouched: async (name, version, by) => replay(await standing(rulebook, name, version), by),
  }
}

/** The events whose record was last written by this version. */
async function standing(rulebook: Pick<Rulebook, 'touched'>, name: string, version: number): Promise<number[]> {
  const ids: number[] = []
  const limit = 500
  let before: { writtenAt: number; record: string } | undefined
  for (;;) {
    const rows = await rulebook.touched(name, version, { limit, ...(before && { before }) })
    ids.push(...rows.flatMap(({ eventId, superseded }) => (eventId === null || superseded ? [] : [eventId])))
    const last = rows.at(-1)
    if (rows.length < limit || !last) return ids
    before = { writtenAt: last.writtenAt, record: last.clarityId }
  }
}

const notTried = (type: string): OutcomeOf<'skip'> => ({
  kind: 'skip',
  reason: 'not_for_us',
  detail: `Events of the kind ${type} cannot be tried without writing.`,
})
