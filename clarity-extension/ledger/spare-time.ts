import { cpus } from 'node:os'

/** Of a machine whose processors have not even this much left, another process gets nothing done without taking it from the first. */
const LEAST_IDLE = 0.5
/** The system counts in hundredths of a second. */
const LEAST_MS = 1_000

/**
 * @param idleMs what all processors together were idle since some moment
 * @returns whether half a processor of this machine was idle since it was last asked, a second or more ago
 */
export function spareTime(
  idleMs: () => number = idleOfAll,
  now: () => number = () => performance.now(),
): () => boolean {
  let last = { at: now(), idleMs: idleMs() }
  let spare = true
  return () => {
    const at = now()
    if (at - last.at < LEAST_MS) return spare
    const next = { at, idleMs: idleMs() }
    spare = next.idleMs - last.idleMs >= LEAST_IDLE * (at - last.at)
    last = next
    return spare
  }
}

const idleOfAll = () => cpus().reduce((sum, { times }) => sum + times.idle, 0)
