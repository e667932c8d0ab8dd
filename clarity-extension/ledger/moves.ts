import type { EventState } from '../store/schema.ts'

/** Every move that an event's row may make. What is not here cannot happen: the statements take their `from` out of this list. */
export const moves = [
  { from: 'ready', to: 'running', by: 'claim' },
  /** A newer event of the same coalescing type stands behind it. */
  { from: 'ready', to: 'skipped', by: 'coalesce' },

  { from: 'running', to: 'done', by: 'done' },
  { from: 'running', to: 'skipped', by: 'skip' },
  { from: 'running', to: 'ready', by: 'retry' },
  { from: 'running', to: 'dead', by: 'exhausted' },
  { from: 'running', to: 'dead', by: 'correct' },
  { from: 'running', to: 'held', by: 'review' },
  { from: 'running', to: 'ready', by: 'refused' },
  /** The process stops and gives back what it had. */
  { from: 'running', to: 'ready', by: 'release' },

  /** A later success on the lane says the same and more. */
  { from: 'dead', to: 'skipped', by: 'supersede' },
  /** And it answers what was asked about an older one. */
  { from: 'held', to: 'skipped', by: 'supersede' },

  { from: 'dead', to: 'ready', by: 'replay' },
  { from: 'held', to: 'ready', by: 'replay' },
  { from: 'dismissed', to: 'ready', by: 'replay' },
  { from: 'dead', to: 'ready', by: 'replayCause' },
  { from: 'held', to: 'ready', by: 'replayCause' },
  /** A person takes what it was held for. */
  { from: 'held', to: 'ready', by: 'approve' },
  { from: 'done', to: 'ready', by: 'rerun' },
  { from: 'skipped', to: 'ready', by: 'rerun' },
  { from: 'dead', to: 'dismissed', by: 'dismiss' },
  { from: 'held', to: 'dismissed', by: 'dismiss' },
] as const satisfies readonly { from: EventState; to: EventState; by: string }[]

export type MoveName = (typeof moves)[number]['by']

/** The states out of which a move leads. */
export const sourcesOf = (by: MoveName): EventState[] => moves.filter((move) => move.by === by).map(({ from }) => from)

/** The one state into which a move leads. */
export function targetOf(by: MoveName): EventState {
  const move = moves.find((candidate) => candidate.by === by)
  if (!move) throw new Error(`no such move: ${by}`)
  return move.to
}
