import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'
import { PATIENCE_MS } from './test/support/until.ts'

/**
 * The projects of `npm test -- <project> …`. Those that share nothing run first and beside each other; those with servers
 * of their own after them; faults, which stop servers and load the machine, alone and one at a time.
 */
export default defineConfig({
  test: {
    // Otherwise every test of a third of a second is listed, and a run is too long to read.
    slowTestThreshold: 10_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      project('unit', ['test/unit/**/*.test.ts', 'test/architecture.test.ts'], {
        order: 0,
        seconds: 240,
        together: true,
      }),
      project('flows', ['test/flows/**/*.test.ts'], { order: 0, seconds: 240, together: true }),
      project('contract', ['test/contract/**/*.test.ts'], { order: 1, seconds: 600, workers: 3 }),
      project('real', ['test/real/**/*.test.ts'], { order: 1, seconds: 600, workers: 3 }),
      project('panel', ['test/panel/**/*.test.ts'], { order: 1, seconds: 600, workers: 3 }),
      project('faults', ['test/faults/**/*.test.ts'], { order: 2, seconds: 900, workers: 1 }),
    ],
  },
})

interface Manner {
  order: number
  /** A safety net against a hang, never an expectation: several times what the slowest of them takes on the slowest machine seen. */
  seconds: number
  /** More than processors where tests wait for servers: a third of the time nothing would run. */
  workers?: number
  /** Its files share a process and what they import: where each has its own, most of the time is reading the same modules again. */
  together?: boolean
}

function project(name: string, include: string[], { order, seconds, workers = 2, together = false }: Manner) {
  return {
    test: {
      name,
      include,
      environment: 'node',
      pool: 'forks' as const,
      isolate: !together,
      maxWorkers: workers,
      fileParallelism: workers > 1,
      // Tests that are concurrent wait for a server: none of them is to wait for another test.
      maxConcurrency: 20,
      testTimeout: seconds * 1000,
      hookTimeout: Math.max(seconds, 600) * 1000, // the first of all makes the database templates
      // What a page shows is asked for until it is so (test/panel/*: expect.poll).
      expect: { poll: { timeout: Math.min(PATIENCE_MS, seconds * 500) } },
      sequence: { groupOrder: order },
    },
  }
}
