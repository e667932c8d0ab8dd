import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it.each(['20.20.2', '22.17.1'])('refuses to start on Node %s and says the remedy', async (version) => {
  const pretend = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  const start = promisify(execFile)(process.execPath, [
    '--import',
    pretend,
    join(import.meta.dirname, '../../scripts/start.js'),
  ])
  await expect(start).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(`Node ${version} .*\nRemedy: .*npm ci.*npm start`),
  })
})
