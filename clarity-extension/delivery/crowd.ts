/** So many at a time come of something that changed many, and the rest of them is on its way. */
const MANY = 100
/** A claim or a parcel of a crowd comes so soon after the one before it. */
const QUIET_MS = 30
const MOST_MS = 150

/**
 * For a batcher's `gathered`: in a crowd the rest of it is waited for, until for a moment none has come; anybody else goes at once. One call of a
 * thousand is over before the third of a few hundred each.
 * @param waiting how many do
 */
export async function crowd(waiting: () => number): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
  const over = performance.now() + MOST_MS
  for (let seen = waiting(); seen >= MANY && performance.now() < over; ) {
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
    if (waiting() <= seen) return
    seen = waiting()
  }
}
