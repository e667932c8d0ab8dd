import { describe, it } from 'vitest'
import { driveChains } from '../support/cause-chain.ts'
import { decisionChains, knownOrders } from './cases-causes/decisions.ts'
import { notReady } from './cases-causes/not-ready.ts'
import { recordChains } from './cases-causes/records.ts'
import { stage, standing } from './cases-causes/standing.ts'
import { wrongRules } from './cases-causes/wrong-rules.ts'

/** Causes that are Odoo's, each by its real fault in a real Odoo 19, to both systems being right again. */
standing()

describe('what Odoo says', () => {
  it('CASES 12, 26, 30, 35, 40: is told with its class, sentence, remedy and alert, stops no other, and once it is mended and replayed both systems are right', async () => {
    const known = await knownOrders()
    await driveChains(stage.panel, { ...recordChains(await wrongRules()), ...decisionChains(known) })
  })
})
notReady()
