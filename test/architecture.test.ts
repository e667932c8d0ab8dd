import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { registry } from '../clarity-extension/flows/registry.ts'
import { staleTypes } from '../scripts/generate.ts'
import { clarityEventTypes, odooEventTypes } from '../shared/events.ts'
import { environmentReads, importsOf, impurities, productSources } from './support/import-graph.ts'
import { isPure, violations } from './support/import-law.ts'

const sources = productSources()

describe('the house', () => {
  it('lets nobody into a room that the law does not open to them', () => {
    expect(violations(sources.flatMap(importsOf))).toEqual([])
  })

  it('has one reader of the environment', () => {
    expect(sources.filter(({ path }) => path !== 'clarity-extension/config.ts').flatMap(environmentReads)).toEqual([])
  })

  it('keeps its pure rooms pure', () => {
    expect(sources.filter(({ path }) => isPure(path)).flatMap(impurities)).toEqual([])
  })

  it.each([...clarityEventTypes, ...odooEventTypes])('has a flow and a fixture for %s', (type) => {
    expect(Object.keys(registry)).toContain(type)
    expect(existsSync(join(import.meta.dirname, `fixtures/events/${type}.json`))).toBe(true)
  })

  it('waits in browser tests for what a page shall show: reading once is a race', () => {
    const tests = globSync('{panel,real}/*.test.ts', { cwd: import.meta.dirname })
    const once =
      /expect\(\s*await [^\n]*\.(allT|t)extContents?\(\)|expect\(\s*await [^\n]*\.(count|inputValue|isDisabled|isEnabled)\(\)/g
    const found = tests.flatMap((path) => readFileSync(join(import.meta.dirname, path), 'utf8').match(once) ?? [])
    expect(tests.length).toBeGreaterThan(10)
    expect(found, 'use expect.poll(() => locator.textContent())').toEqual([])
  })

  it('has its nets against hangs in two places: one beside a test is what a slow machine meets', () => {
    const nets = /vi\.wait(For|Until)\(|\{ timeout: [0-9]|^ *([0-9]+ \* )?(MINUTES?|[0-9]+_000),\n *\)$/gm
    const longest = ['unit/simulation', 'real/month', 'contract/settling'].map((path) => `${path}.test.ts`)
    const tests = globSync('{unit,flows,contract,real,panel,faults}/**/*.ts', { cwd: import.meta.dirname })
    const found = tests
      .filter((path) => !longest.includes(path))
      .flatMap(
        (path) =>
          readFileSync(join(import.meta.dirname, path), 'utf8')
            .match(nets)
            ?.map((net) => `${path}: ${net}`) ?? [],
      )
    expect(tests.length).toBeGreaterThan(100)
    expect(found, 'vitest.config.ts and support/until.ts have them').toEqual([])
  })

  it('polls by until where tests run beside each other: expect.poll asks which test is running, and there is no one answer', () => {
    const tests = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((path) => path !== 'architecture.test.ts')
    const both = tests.filter((path) => {
      const source = readFileSync(join(import.meta.dirname, path), 'utf8')
      return /\b(describe|it)\.concurrent/.test(source) && source.includes('expect.poll')
    })
    expect(both).toEqual([])
  })

  it('has generated types that are what their documents make', async () => {
    expect(await staleTypes()).toEqual([])
  })
})

describe('the law itself', () => {
  it.each([
    ['shared/money.ts', 'clarity-extension/store/store.ts', 'may enter nobody'],
    ['shared/money.ts', 'express', 'may use zod'],
    ['shared/money.ts', 'node:fs', 'no I/O'],
    ['clarity-extension/flows/order-to-odoo.ts', 'clarity-extension/clarity/client.ts', 'not clarity'],
    ['clarity-extension/flows/order-to-odoo.ts', 'odoo-bridge/client/client.ts', 'not odoo-bridge/client'],
    ['clarity-extension/ledger/claim.ts', 'clarity-extension/flows/registry.ts', 'not flows'],
    ['clarity-extension/ledger/policy.ts', 'clarity-extension/store/store.ts', 'not store'],
    ['clarity-extension/http/app.ts', 'clarity-extension/clarity/client.ts', 'not clarity'],
    ['clarity-extension/http/app.ts', 'clarity-extension/panel/page.tsx', 'not panel'],
    ['clarity-extension/panel/page.tsx', 'clarity-extension/http/app.ts', 'not http'],
    ['clarity-extension/compose.ts', 'clarity-extension/main.ts', 'nobody imports main.ts'],
    ['clarity-extension/attic/box.ts', 'shared/money.ts', 'in no room'],
  ])('refuses %s -> %s', (from, to, reason) => {
    expect(violations([{ from, to }])).toEqual([expect.stringContaining(reason)])
  })

  it.each([
    ['clarity-extension/ledger/settle.ts', 'clarity-extension/ledger/policy.ts'],
    ['clarity-extension/http/app.ts', 'clarity-extension/ledger/policy.ts'],
    ['clarity-extension/http/overview.ts', 'clarity-extension/panel/schema.d.ts'],
    ['clarity-extension/main.ts', 'clarity-extension/flows/registry.ts'],
    ['shared/signature.ts', 'node:crypto'],
  ])('allows %s -> %s', (from, to) => {
    expect(violations([{ from, to }])).toEqual([])
  })

  it('sees every kind of import', () => {
    const text = `import a from './a.ts'
      import type { B } from '../store/b.ts'
      export * from '../../shared/c.ts'
      const d = await import('express')
      type E = import('@node-rs/argon2/sub').E`
    expect(importsOf({ path: 'clarity-extension/http/x.ts', text }).map(({ to }) => to)).toEqual([
      'clarity-extension/http/a.ts',
      'clarity-extension/store/b.ts',
      'shared/c.ts',
      'express',
      '@node-rs/argon2',
    ])
  })

  it.each([
    'process.env.PORT',
    "process['env']",
    'const { env } = process',
    "import { env } from 'node:process'",
    'globalThis.process.env',
  ])('sees the environment read by %s', (text) => {
    expect(environmentReads({ path: 'x.ts', text })).toHaveLength(1)
  })

  it.each(['Date.now()', 'new Date()', 'Math.random()', 'await fetch("/")', 'setTimeout(f, 1)', 'console.log(1)'])(
    'sees that %s is not pure',
    (text) => {
      expect(impurities({ path: 'x.ts', text })).toHaveLength(1)
    },
  )

  it('leaves alone what is pure', () => {
    const text = "new Date('2026-11-20T00:00:00Z'); // process.env and Date.now() in words\nprocess.nextTick"
    expect([...impurities({ path: 'x.ts', text }), ...environmentReads({ path: 'x.ts', text })]).toEqual([])
  })
})
