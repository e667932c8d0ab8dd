import { reason } from '../reasons.ts'
import { type Candidate, type Suggestion, suggest, type Task } from '../suggest.ts'
import type { Advisor, Question } from './advisor.ts'
import { redacted } from './redact.ts'

export interface Advised {
  suggestions: Suggestion[]
  /** What became of the question to the model; `off` where there is none, `not_needed` where the matcher is sure of everything. */
  model: 'off' | 'not_needed' | 'asked' | 'silent' | 'wrong' | 'budget'
}

/** A pick of the model is shown, never certain: a person takes it one at a time. */
const TRUST = 0.6
const SHAPES = 3

/**
 * The matcher's suggestions, and for what it is not sure about a model's choice among its own candidates. The model can choose
 * nothing that the matcher did not offer, and nothing it says is ever certain. Without an answer in time the matcher's stand.
 */
export async function adviseOn(task: Task, advisor: Advisor | undefined): Promise<Advised> {
  const suggestions = suggest(task)
  if (!advisor) return { suggestions, model: 'off' }
  const open = suggestions.filter((one) => !one.certain && candidatesOf(one).length > 0)
  if (open.length === 0) return { suggestions, model: 'not_needed' }
  const advice = await advisor.advise(open.map((one) => questionOf(one, task)))
  if (!advice.ok) return { suggestions, model: advice.why }
  const chosen = new Map(open.map((one, at) => [one, advice.picks[at]] as const))
  return { suggestions: suggestions.map((one) => withPick(one, chosen.get(one))), model: 'asked' }
}

const candidatesOf = ({ best, others }: Suggestion): Candidate[] => (best ? [best, ...others] : others)

function questionOf(suggestion: Suggestion, { fields, described }: Task): Question {
  const field = fields.find(({ path }) => path === suggestion.path)
  return {
    field: {
      name: suggestion.path.slice(0, 120),
      type: field?.type ?? 'text',
      ...(field?.label && { label: field.label.slice(0, 120) }),
      ...(field?.about && { about: field.about.slice(0, 200) }),
      ...(field?.choices && { choices: field.choices.slice(0, 20).map((choice) => choice.slice(0, 40)) }),
      shapes: [...new Set((field?.samples ?? []).slice(0, 10).map(redacted))].slice(0, SHAPES),
    },
    candidates: candidatesOf(suggestion).map(({ model, field: name, label }) => {
      const { type = '', help } = described[model]?.[name] ?? {}
      return { name: `${model}.${name}`, label, type, ...(help && { help: help.slice(0, 200) }) }
    }),
  }
}

function withPick(suggestion: Suggestion, pick: number | null | undefined): Suggestion {
  const candidates = candidatesOf(suggestion)
  const picked = pick === null || pick === undefined ? undefined : candidates[pick]
  if (!picked) return suggestion
  if (picked === suggestion.best) {
    return { ...suggestion, reasons: [...suggestion.reasons, reason('modelAgrees', { label: picked.label })] }
  }
  return {
    ...suggestion,
    best: picked,
    others: candidates.filter((one) => one !== picked).slice(0, 2),
    confidence: Math.min(TRUST, Math.max(suggestion.confidence, 0.4)),
    certain: false,
    reasons: [reason('modelChose', { label: picked.label }), ...suggestion.reasons],
  }
}
