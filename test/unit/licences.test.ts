import { expect, it } from 'vitest'
import { isAllowed, shipped } from '../../scripts/licences.ts'

it('a licence that asks for more than its name is refused, one of several may be chosen', () => {
  expect(['MIT', '(AFL-2.1 OR BSD-3-Clause)'].filter(isAllowed)).toHaveLength(2)
  expect(['GPL-3.0-only', 'SSPL-1.0', 'MIT AND GPL-2.0', 'none named', ''].filter(isAllowed)).toEqual([])
})

it('what is built into the panel is among what is shipped, what only tests is not', async () => {
  const names = (await shipped()).map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['express', 'react-dom', '@fontsource-variable/inter']))
  expect(names).not.toContain('vitest')
})
