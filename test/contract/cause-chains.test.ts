import { describe, it } from 'vitest'
import { driveChains } from '../support/cause-chain.ts'
import { bridge } from './cause-chains/bridge.ts'
import { ownRules } from './cause-chains/own-rules.ts'
import { recordChains } from './cause-chains/records.ts'
import { skipped } from './cause-chains/skipped.ts'
import { panel, standing } from './cause-chains/standing.ts'

/**
 * Causes that are not Odoo's, from the fault to both systems being right again, on the sandbox's storefront and its stand-in for Odoo:
 * what a record says, what a rule says, what a person is asked, what the bridge itself meets. Odoo's own are in
 * test/real/cases-causes.test.ts, those of the line in test/contract/causes.test.ts.
 */
standing(ownRules)

describe('what a record or a rule of ours says', () => {
  it('is told with its class, sentence, remedy and alert, and once it is mended and replayed both systems are right', () =>
    driveChains(panel, recordChains()))
})
bridge()
skipped()
