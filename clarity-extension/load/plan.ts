import type { Loader } from './loader.ts'
import type { Loads } from './loads.ts'
import { type Candidate, match, type Verdict } from './match.ts'
import type { Known, Load, NewRow } from './types.ts'

/** Reads both sides once, matches them and keeps what it found. Nothing is written on either side. @returns what it did */
export async function plan(loads: Loads, loader: Loader, load: Load, signal: AbortSignal): Promise<string> {
  const read = async (pages: AsyncIterable<Candidate[]>, side: 'clarity' | 'odoo') => {
    const all: Candidate[] = []
    for await (const page of pages) {
      for (const candidate of page) all.push(candidate)
      await loads.reading(load.id, { side, count: all.length })
      if (signal.aborted) return undefined
    }
    return all
  }
  const [here, there] = load.direction === 'toOdoo' ? (['clarity', 'odoo'] as const) : (['odoo', 'clarity'] as const)
  const sources = await read(loader.sources(signal), here)
  const targets = sources && (await read(loader.targets(signal), there))
  if (!sources || !targets) return `${load.entity}: the dry run was interrupted`
  const links = await loader.links(sources, targets)
  const { verdicts, left } = match(sources, targets, links, loader.rules)
  await loads.fill(load.id, rows(sources, targets, verdicts, left, loader))
  await loads.move(load.id, ['planning'], 'planned')
  return `${load.entity}: ${sources.length} records compared`
}

function* rows(
  sources: readonly Candidate[],
  targets: readonly Candidate[],
  verdicts: readonly Verdict[],
  left: readonly Candidate[],
  loader: Loader,
): Generator<NewRow> {
  const byId = new Map(targets.map((target) => [target.id, target]))
  for (const [index, source] of sources.entries()) {
    const verdict = verdicts[index]
    if (verdict) yield { source: known(source), ...rowOf(verdict, byId, loader) }
  }
  for (const target of left)
    yield {
      ...{ source: undefined, target: target.id, candidates: [known(target)] },
      ...{ verdict: 'skipped' as const, why: 'only_there', choices: [] },
    }
}

function rowOf(verdict: Verdict, byId: ReadonlyMap<string, Candidate>, loader: Loader): Omit<NewRow, 'source'> {
  const seen = (ids: readonly string[]) =>
    ids.slice(0, MOST_SHOWN).flatMap((id) => {
      const target = byId.get(id)
      return target ? [known(target)] : []
    })
  switch (verdict.verdict) {
    case 'new':
      return { verdict: 'new', why: null, target: null, candidates: [], choices: [] }
    case 'skipped':
      return { verdict: 'skipped', why: verdict.why, target: null, candidates: [], choices: [] }
    case 'linked':
      return {
        ...{ verdict: 'linked', why: verdict.by, target: verdict.target, choices: [] },
        candidates: seen([verdict.target]),
      }
    case 'conflict': {
      const { targets, why, by } = verdict
      const [only, second] = targets
      return {
        ...{ verdict: 'conflict', why: `${why}:${by}`, target: second === undefined ? (only ?? null) : null },
        ...{ candidates: seen(targets), choices: loader.choices(verdict) },
      }
    }
  }
}

/** Of a hundred records with one e-mail address a person chooses none here. */
const MOST_SHOWN = 20

const known = ({ id, label, keys, changedAt }: Candidate): Known => ({
  ...{ id, label, keys },
  ...(changedAt !== undefined && { changedAt }),
})
