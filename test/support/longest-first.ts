import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * What takes longest in CI, longest first: one that began last would run alone to the end. Without times of a run before, Vitest goes by
 * project and size, and these are among its last or short for how long they take.
 */
const longest = [
  'test/unit/simulation.test.ts',
  'test/panel/pages.test.ts',
  'test/real/cases-stock.test.ts',
  'test/real/classifier.test.ts',
  'test/contract/causes.test.ts',
  'test/panel/panel.test.ts',
  'test/real/cases-sweeps.test.ts',
  'test/contract/case-38.test.ts',
  'test/real/month.test.ts',
  'test/real/cases-causes.test.ts',
  'test/contract/odoo-bridge.test.ts',
  'test/contract/cause-chains.test.ts',
  'test/real/support.test.ts',
  'test/real/walk.test.ts',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const group = ({ project }: TestSpecification) => project.config.sequence.groupOrder
    const rank = ({ moduleId }: TestSpecification) => {
      const known = longest.indexOf(relative(this.ctx.config.root, moduleId))
      return known < 0 ? longest.length : known
    }
    return (await super.sort(files)).toSorted((a, b) => group(a) - group(b) || rank(a) - rank(b))
  }
}
