import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { orderToOdoo } from '../../clarity-extension/mapping/defaults/order-to-odoo.ts'
import { paymentToOdoo } from '../../clarity-extension/mapping/defaults/payment-to-odoo.ts'
import { deliveredRules } from '../../clarity-extension/mapping/rule-sets.ts'
import { mapping } from '../../scripts/mapping.ts'
import { PASSWORD, panelServer } from './panel-server.ts'

let server: Server
let url: string
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mapping-cli-'))
  server = createServer(panelServer('failing', { requestsPerMinute: 10_000 }).app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${z.object({ port: z.number() }).parse(server.address()).port}`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function run(...args: string[]) {
  const said = { out: '', err: '' }
  const code = await mapping({
    args: [...args, '--url', url],
    env: { ADMIN_PASSWORD: PASSWORD },
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
  })
  return { code, ...said }
}

function file(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

describe('npm run mapping', () => {
  it('exports one or all, and what it exports can be imported', async () => {
    const all = await run('export')
    expect(all.code).toBe(0)
    expect(JSON.parse(all.out).mappings).toHaveLength(deliveredRules.length)
    const first = await run('export', 'order-to-odoo', '--version', '1')
    expect(JSON.parse(first.out)).toEqual(orderToOdoo)
    const changed = { ...paymentToOdoo, description: 'Paid.' }
    const imported = await run('import', file('payment.json', changed), '--activate', '--note', 'From the test shop')
    expect(imported).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(imported.out)).toEqual({ imported: [{ name: 'payment-to-odoo', live: 2, unchanged: false }] })
    const again = await run('import', file('payment.json', changed), '--activate', '--note', 'Again')
    expect(JSON.parse(again.out)).toEqual({ imported: [{ name: 'payment-to-odoo', live: 2, unchanged: true }] })
    expect(JSON.parse((await run('export', 'payment-to-odoo')).out)).toEqual({ ...changed, version: 2 })
  })

  it('never takes somebody’s draft away', async () => {
    const refused = await run('import', file('order.json', orderToOdoo))
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/draft by bob/) })
  })

  it('names every fault of a file', async () => {
    const wrong = { ...paymentToOdoo, rules: [{ to: 'memo' }, { to: 'amount', from: 'amount', convret: [] }] }
    const refused = await run('import', file('wrong.json', wrong))
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(/\/rules\/0.*exactly one[\s\S]*\/rules\/1/)
    expect(await run('import', file('broken.json', '{'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/broken\.json/),
    })
    expect((await run('import', file('other.json', { a: 1 }))).err).toMatch(/neither a rule set/)
  })

  it('tests an event and previews a file, and ends by what came of it', async () => {
    const event = file('event.json', { number: 'X9', placedAt: '2026-11-20T10:00:00Z' })
    const good = { ...orderToOdoo, rules: [{ to: 'origin', from: 'number' }] }
    const tested = await run('test', 'order-to-odoo', '--file', event, '--rules', file('good.json', good))
    expect(tested.code).toBe(0)
    expect(JSON.parse(tested.out)).toMatchObject({
      ending: 'mapped',
      writes: { 'order:1': { values: { origin: 'X9' } } },
    })
    const bad = { ...good, rules: [{ to: 'origin', from: 'nowhere', required: true }] }
    expect((await run('test', 'order-to-odoo', '--file', event, '--rules', file('bad.json', bad))).code).toBe(1)
    const preview = await run('preview', 'order-to-odoo', '--last', '50')
    expect(preview).toMatchObject({ code: 0, err: expect.stringMatching(/7 released, 0 broken/) })
    expect(JSON.parse(preview.out).fields).toHaveLength(1)
  })

  it('helps, and tells a wrong command from a bridge that is not there', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, err: expect.stringMatching(/export[\s\S]*preview/) })
    expect(await run()).toMatchObject({ code: 2 })
    expect(await run('destroy')).toMatchObject({ code: 2, err: expect.stringMatching(/no command “destroy”/) })
    expect(await run('export', '--nonsense')).toMatchObject({ code: 2 })
    expect(await run('import', file('p.json', paymentToOdoo), '--activate')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--note/),
    })
    const shell = { args: ['export', '--url', 'http://127.0.0.1:9'], out() {}, err() {} }
    expect(await mapping({ ...shell, env: { ADMIN_PASSWORD: 'x' } })).toBe(3)
    expect(await mapping({ ...shell, env: {} })).toBe(3)
    const wrong = { args: ['export', '--url', url], env: { ADMIN_PASSWORD: 'wrong' }, out() {}, err() {} }
    expect(await mapping(wrong)).toBe(3)
  })
})
