import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sizeOf } from '../bench/month/plan.ts'
import { playMonth } from '../bench/month/play.ts'
import { openStage, type Stage } from '../support/stage.ts'

/** A short one of `npm run bench month`; MONTH_ORDERS makes it longer. */
const ORDERS = Number(process.env.MONTH_ORDERS ?? 24)
const _MINUTES = 60_000
let stage: Stage
beforeAll(async () => {
  stage = await openStage({ seeded: true, mischief: { lose: 5, double: 10, delay: 10 } })
})
afterAll(async () => stage?.dispose())

describe('a month of a shop, with webhooks lost, doubled and overtaken', () => {
  it('ends without a difference, with nothing left over, and with the storefront’s takings to the cent', async () => {
    const month = await playMonth(stage, sizeOf(ORDERS))
    const none = { drifts: [], unsettled: [], unmatched: [], rewritten: [] }
    expect(month).toMatchObject({ ...none, takingsDifference: '0.00', orders: ORDERS })
    expect(month.mischief.lost).toBeGreaterThan(0)
  }, 3_600_000)
})
