/** A safety net against a hang, never an expectation: many times what the slowest machine seen takes for any of it. */
export const PATIENCE_MS = 180_000

/** Repeats a question until it is answered with something. @throws after `limitMs`, with what was waited for */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  { limitMs = PATIENCE_MS, everyMs = 50 }: { limitMs?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
