import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

/** Others: `npm run simulate -- --from 10001`. */
const SEEDS = 10_000

describe('the simulation', () => {
  it(
    `${SEEDS} lives of a shop with lost answers, duplicates, kills, frozen processes and skewed clocks end well`,
    async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [
        'test/simulation/run.ts',
        '--seeds',
        String(SEEDS),
      ]).catch((error: { stdout: string }) => error)
      expect(stdout).toMatch(new RegExp(`^simulation ${SEEDS} seeds 0 broken$`, 'm'))
    },
    20 * 60_000,
  )
})
