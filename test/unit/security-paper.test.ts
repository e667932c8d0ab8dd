import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** `| threat | control | test |`, the test as `path`: title. */
const rows = [
  ...readFileSync('docs/SECURITY.md', 'utf8').matchAll(/^\|[^|]+\|[^|]+\| `((?:test|odoo-bridge)\/[^`]+)`: (.+) \|$/gm),
].map(([, file = '', title = '']) => ({ file, title }))

it('the security paper names threats with their tests', () => {
  expect(rows.length).toBeGreaterThan(15)
})

it.each(rows)('$file holds “$title”', ({ file, title }) => {
  expect(existsSync(file)).toBe(true)
  expect(readFileSync(file, 'utf8').replaceAll(/\\'/g, "'")).toContain(title)
})
