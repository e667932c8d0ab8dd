import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { afterEach, expect, it, vi } from 'vitest'
import { openClock } from '../../clarity-extension/store/clock.ts'
import type { Tables } from '../../clarity-extension/store/schema.ts'

const THERE = Date.UTC(2026, 10, 26)

/** A server whose clock shows THERE at our 0, and whose answers take their time on the way back. */
function server(ways: number[]) {
  let here = 0
  vi.spyOn(performance, 'now').mockImplementation(() => here)
  const executeQuery = async <Row>() => {
    const rows = [{ now: THERE + here }] as Row[]
    here += ways.shift() ?? 0
    return { rows }
  }
  const connection = {
    executeQuery,
    // biome-ignore lint/correctness/useYield: nothing here streams; Kysely's interface asks for it.
    async *streamQuery() {
      throw new Error('nothing streams here')
    },
  }
  const nothing = async () => undefined
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createDriver: () => ({
        init: nothing,
        acquireConnection: async () => connection,
        beginTransaction: nothing,
        commitTransaction: nothing,
        rollbackTransaction: nothing,
        releaseConnection: nothing,
        destroy: nothing,
      }),
    },
  })
}

afterEach(() => void vi.restoreAllMocks())

it.each([
  { ways: [900, 40, 6, 300, 500], apart: 3 },
  { ways: [6, 900, 900, 900, 900], apart: 3 },
  // Better a poor reading than none.
  { ways: [4_000, 3_000, 3_000, 3_000, 3_000], apart: 2_000 },
])('the clock of PostgreSQL is read off the quickest of some answers: $ways', async ({ ways, apart }) => {
  const clock = await openClock({ db: server([...ways]), dialect: 'postgres' })
  clock.stop()
  expect(THERE + performance.now() - clock.now()).toBe(apart)
})
