import type { Failure } from '../../shared/outcome.ts'

/** A side did not answer, or not as agreed: a comparison concludes nothing from half a reading. */
export class SideAway extends Error {
  override name = 'SideAway'
}

/** @throws SideAway in words that a person can read */
export function answerOf<T>(reply: { ok: true; value: T } | { ok: false; outcome: Failure }): T {
  if (reply.ok) return reply.value
  throw new SideAway(reply.outcome.kind === 'correct' ? reply.outcome.problems[0].message : reply.outcome.message)
}
