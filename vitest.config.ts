import { defineConfig } from 'vitest/config'

/**
 * The projects of `npm test -- <project> …`. Those that share nothing run first and beside each other; those with servers
 * of their own after them; faults, which stop servers and load the machine, alone and one at a time.
 */
export default defineConfig({
  test: {
    // Otherwise every test of a third of a second is listed, and a run is too long to read.
    slowTestThreshold: 10_000,
    projects: [
      project('unit', ['test/unit/**/*.test.ts', 'test/architecture.test.ts'], { order: 0, seconds: 20 }),
      project('flows', ['test/flows/**/*.test.ts'], { order: 0, seconds: 20 }),
      project('contract', ['test/contract/**/*.test.ts'], { order: 1, seconds: 90 }),
      project('real', ['test/real/**/*.test.ts'], { order: 1, seconds: 120 }),
      project('panel', ['test/panel/**/*.test.ts'], { order: 1, seconds: 60 }),
      project('faults', ['test/faults/**/*.test.ts'], { order: 2, seconds: 300, alone: true }),
    ],
  },
})

interface Manner {
  order: number
  /** A safety net against a hang, never an expectation. */
  seconds: number
  alone?: boolean
}

function project(name: string, include: string[], { order, seconds, alone = false }: Manner) {
  return {
    test: {
      name,
      include,
      environment: 'node',
      pool: 'forks' as const,
      maxWorkers: alone ? 1 : 2,
      fileParallelism: !alone,
      testTimeout: seconds * 1000,
      hookTimeout: Math.max(seconds, 300) * 1000, // the first of all makes the database templates
      sequence: { groupOrder: order },
    },
  }
}
