/** How many orders and deliveries run side by side. */
export interface Room {
  readonly size: number
  /** One of them ended. */
  ended(durationMs: number): void
}

/** A full call for each of two workers, while nothing is known yet. */
const FIRST = 100
/** However slow it is. */
const LEAST = 25
/** What takes longer has more beside it than the far side gets through. */
const LONG_MS = 8_000

/**
 * As many as get through soon: more would only wait longer, each with its lane leased. A process that is killed then has little
 * under way; with a hundred, where the far sides do three a second, every one was lost that a process took in its last half minute,
 * and processes that were killed often got nothing done.
 * @param most what fills the calls that the far side takes now, and one that gathers: each run holds an order in memory
 */
export function adaptiveRoom(most: () => number): Room {
  let size = FIRST
  return {
    get size() {
      return size
    },
    ended(durationMs) {
      size += Math.sign((durationMs < LONG_MS ? most() : LEAST) - size)
    },
  }
}
