import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { execArgv } from '../support/as-started.ts'

const MODULE = join(import.meta.dirname, '../../clarity-extension/thread-limits.ts')

/** MB that a thread's nursery takes after a lot of garbage, in a process started as `npm start` does. */
const nursery = (before: string): number => {
  const thread = `
    const { parentPort } = process.getBuiltinModule('node:worker_threads')
    let some = []
    for (let i = 0; i < 3e6; i++) { some.push({ i }); if (some.length > 5000) some = [] }
    const { physical_space_size } = process.getBuiltinModule('node:v8').getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    parentPort.postMessage(physical_space_size / 2 ** 20)`
  const main = `
    import { Worker } from 'node:worker_threads'
    import { threadsHaveTheirLimits } from ${JSON.stringify(MODULE)}
    ${before}
    const limits = { eval: true, resourceLimits: { maxYoungGenerationSizeMb: 4 } }
    new Worker(${JSON.stringify(thread)}, limits).on('message', (size) => console.log(size))`
  return Number(
    execFileSync(process.execPath, [...execArgv, '--input-type=module', '--eval', main], { encoding: 'utf8' }),
  )
}

it('a thread has the nursery it was started with, whatever the main thread has', () => {
  expect(nursery('')).toBeGreaterThan(4)
  expect(nursery('threadsHaveTheirLimits()')).toBeLessThanOrEqual(4)
})
