import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { reaches, roleFor } from '../../clarity-extension/http/rights.ts'

/** The panel must not offer what the server refuses: each file that writes names a right that is at least as much, at its controls. */
const panel = join(import.meta.dirname, '../../clarity-extension/panel')
const files = ['pages', 'parts'].flatMap((folder) =>
  readdirSync(join(panel, folder))
    .filter((name) => name.endsWith('.tsx'))
    .map((name) => `${folder}/${name}`),
)

/** Where the controls stand elsewhere. */
const exceptions: Record<string, string> = {
  'pages/users.tsx': 'who may read this page may do all of it',
  'pages/sign-in.tsx': 'nobody has a role yet',
  'parts/menu-preferences.tsx': 'everybody may sign out',
  'parts/lookup-picker.tsx': 'opened by a control of lookup-table.tsx',
}

describe('what a role may not do is offered to nobody who has it', () => {
  const writing = files
    .map((file) => ({ file, text: readFileSync(join(panel, file), 'utf8') }))
    .map(({ file, text }) => ({
      file,
      text,
      writes: [...text.matchAll(/api\.(POST|PUT|PATCH|DELETE)\(\s*'([^']+)'/g)],
    }))
    .filter(({ writes }) => writes.length > 0)

  it.each(writing)('$file', ({ file, text, writes }) => {
    if (file in exceptions) return
    const named = [...text.matchAll(/(?:do="|issing(?:\(\))?\(')(post|put|patch|delete) ([^"']+)/g)].map(
      ([, method = '', path = '']) => roleFor(method.toUpperCase(), path),
    )
    for (const [, method = '', path = ''] of writes)
      expect(
        named.some((role) => reaches(role, roleFor(method, path))),
        `${method} ${path} stands in no <May do="…">`,
      ).toBe(true)
  })

  it('holds for no exception that is none', () => {
    expect(Object.keys(exceptions).filter((file) => !writing.some((one) => one.file === file))).toEqual([])
  })
})
