import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { mappingDocs } from '../../clarity-extension/mapping/docs.ts'
import { conversions } from '../../clarity-extension/mapping/functions.ts'

it('the page about mappings says what the rules say: run `node scripts/mapping-docs.ts`', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/mappings.md'), 'utf8')
  expect(page).toBe(mappingDocs())
  for (const name of Object.keys(conversions)) expect(page).toContain(`| \`${name}\` |`)
})
