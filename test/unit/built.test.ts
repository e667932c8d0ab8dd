import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isComplete } from '../../scripts/built.js'

const folder = mkdtempSync(join(tmpdir(), 'built-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the built program', () => {
  it('is not there where a process only left at its end what Node remembers of compiling', () => {
    expect(isComplete(join(folder, 'none'))).toBe(false)
    mkdirSync(join(folder, 'compiled'))
    expect(isComplete(folder)).toBe(false)
    writeFileSync(join(folder, 'main.js'), '')
    expect(isComplete(folder)).toBe(true)
  })
})
