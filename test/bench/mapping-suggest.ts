import { distance } from 'fastest-levenshtein'
import { groupOf, nameOf } from '../../clarity-extension/assist/schema.ts'
import { type Suggestion, suggest, type Task } from '../../clarity-extension/assist/suggest.ts'
import { suggestValues } from '../../clarity-extension/assist/values.ts'
import { clarity, type GoldField, type GoldTask, others, values } from './mapping-suggest/gold.ts'
import type { Report } from './run.ts'

/**
 * How often suggestions are right, on a gold set that was written first. A field with a partner counts as found only if it is
 * suggested: an abstention there is a miss. `_unseen` is the half that nobody tunes on, `_other` other storefronts' schemas.
 * Beside it what a plain comparison of names would give.
 */
export async function run(report: Report): Promise<void> {
  const known = judged(clarity(), suggest)
  const other = judged(others(), suggest)
  figures(
    report,
    '',
    known.filter(({ gold }) => gold.tuned),
  )
  figures(
    report,
    '_unseen',
    known.filter(({ gold }) => !gold.tuned),
  )
  figures(report, '_other', other)
  for (const [suffix, tuned] of [
    ['', true],
    ['_unseen', false],
  ] as const) {
    const { top1, precision, abstain } = measuredValues(tuned)
    report(`values_top1${suffix}`, top1, 'share')
    report(`values_precision_above_threshold${suffix}`, precision, 'share')
    report(`values_abstain${suffix}`, abstain, 'share')
  }
  for (const [name, baseline] of Object.entries(baselines)) {
    for (const [suffix, gold] of [
      ['_unseen', clarity()],
      ['_other', others()],
    ] as const) {
      const judgements = judged(gold, baseline).filter(({ gold: one }) => suffix === '_other' || !one.tuned)
      const { top1, top3 } = measured(judgements)
      report(`${name}_top1${suffix}`, top1, 'share')
      report(`${name}_top3${suffix}`, top3, 'share')
    }
  }
}

/** The same for values: a tax code, a carrier, a unit and the record of Odoo that it is. */
export function measuredValues(tuned: boolean) {
  const all = values().flatMap(({ kind, records, pairs }) => {
    const made = suggestValues({ kind, records, values: pairs.map(({ value }) => value) })
    return pairs.map((pair, at) => ({ ...pair, made: made[at] })).filter((pair) => pair.tuned === tuned)
  })
  const paired = all.filter(({ name }) => name !== undefined)
  const alone = all.filter(({ name }) => name === undefined)
  const certain = all.filter(({ made }) => made?.certain)
  const right = (pairs: typeof all) =>
    pairs.filter(({ name, made }) => name !== undefined && made?.best?.name === name).length
  return {
    top1: right(paired) / paired.length,
    precision: right(certain) / certain.length,
    abstain: alone.filter(({ made }) => !made?.best).length / alone.length,
  }
}

function figures(report: Report, suffix: string, judgements: Judgement[]): void {
  const { top1, top3, precision, accepted, abstain } = measured(judgements)
  report(`top1${suffix}`, top1, 'share')
  report(`top3${suffix}`, top3, 'share')
  report(`precision_above_threshold${suffix}`, precision, 'share')
  report(`accepted${suffix}`, accepted, 'share')
  report(`abstain${suffix}`, abstain, 'share')
}

export interface Judgement {
  gold: GoldField
  suggestion: Suggestion
  /** Place of the right one among those named, from 1; 0 for none. */
  place: number
}

export function judged(gold: GoldTask[], method: (task: Task) => Suggestion[]): Judgement[] {
  return gold.flatMap(({ task, fields }) => {
    const made = new Map(method(task).map((suggestion) => [suggestion.path, suggestion]))
    return fields.map((field) => {
      const suggestion = made.get(field.path)
      if (!suggestion) throw new Error(`no suggestion for ${field.entity}.${field.path}`)
      const named = suggestion.best ? [suggestion.best, ...suggestion.others] : []
      return {
        gold: field,
        suggestion,
        place: named.findIndex((one) => field.targets.includes(`${one.model}/${one.field}`)) + 1,
      }
    })
  })
}

export function measured(judgements: Judgement[]) {
  const paired = judgements.filter(({ gold }) => gold.targets.length > 0)
  const alone = judgements.filter(({ gold }) => gold.targets.length === 0)
  const certain = judgements.filter(({ suggestion }) => suggestion.certain)
  const share = (some: Judgement[], all: Judgement[]) => (all.length === 0 ? 1 : some.length / all.length)
  return {
    top1: share(
      paired.filter(({ place }) => place === 1),
      paired,
    ),
    top3: share(
      paired.filter(({ place }) => place >= 1),
      paired,
    ),
    precision: share(
      certain.filter(({ place }) => place === 1),
      certain,
    ),
    accepted: share(certain, judgements),
    abstain: share(
      alone.filter(({ suggestion }) => !suggestion.best),
      alone,
    ),
  }
}

/** Names and labels as they are, without knowledge of either side. */
const baselines: Record<string, (task: Task) => Suggestion[]> = {
  exact_name: ranking((name, other) => (name === other ? 1 : 0)),
  edit_distance: ranking((name, other) => {
    const ratio = 1 - distance(name, other) / Math.max(name.length, other.length)
    return ratio > 0.3 ? ratio : 0
  }),
}

function ranking(likeness: (name: string, other: string) => number): (task: Task) => Suggestion[] {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  return ({ fields, described, model }) =>
    fields.map(({ path }) => {
      const candidates = Object.entries(described).flatMap(([name, own]) =>
        groupOf(path) === '' && name !== model
          ? []
          : Object.entries(own).map(([field, { string }]) => {
              const score = Math.max(
                likeness(plain(nameOf(path)), plain(field)),
                likeness(plain(nameOf(path)), plain(string)),
              )
              return { model: name, field, label: string, score }
            }),
      )
      const [best, ...others] = candidates
        .filter(({ score }) => score > 0)
        .sort((a, b) => b.score - a.score)
        .slice(0, 3)
      return {
        path,
        ...(best && { best }),
        others,
        confidence: best?.score ?? 0,
        certain: (best?.score ?? 0) > 0.9,
        reasons: [],
      }
    })
}
