import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { OdooSender } from '../../clarity-extension/delivery/odoo-sender.ts'
import { customerToOdoo } from '../../clarity-extension/flows/customer-to-odoo.ts'
import type { Share } from '../../clarity-extension/flows/flow.ts'
import { createLinks } from '../../clarity-extension/links.ts'
import { customerToOperations } from '../../clarity-extension/mapping/customer.ts'
import type { Described } from '../../clarity-extension/mapping/validate.ts'
import { recordPorts } from '../../clarity-extension/ports/record.ts'
import { createRulebook } from '../../clarity-extension/rulebook/rulebook.ts'
import { openStore } from '../../clarity-extension/store/store.ts'
import type { Operation } from '../../odoo-bridge/client/shapes.ts'
import { correct, refused } from '../../shared/outcome.ts'
import { usd } from '../unit/mapping-support.ts'
import { fixture, quiet } from './support.ts'

const usual: Share = { content: 'write', addresses: 'write', terms: 'ignore' }

async function setup(
  answer?: (operation: Operation) => Awaited<ReturnType<OdooSender['apply']>>,
  described: Described = {},
) {
  const store = await openStore({ dataDir: mkdtempSync(join(tmpdir(), 'clarity-masters-')) })
  const links = createLinks(store)
  const sent: Operation[] = []
  const flow = customerToOdoo(
    recordPorts({
      kind: 'customer',
      read: async () => {
        throw new Error('the snapshot is complete')
      },
      map: customerToOperations,
      context: async () => ({ ok: true, value: usd }),
      links,
      expressions: { evaluate: async () => new Map() },
      check: { fields: { of: async () => described, renewed: async () => described }, existing: async () => [] },
      sender: {
        async apply(operation) {
          sent.push(operation)
          return (
            answer?.(operation) ?? { ok: true, value: { id: operation.id, status: 'created', res_id: 7, name: 'Ann' } }
          )
        },
      },
    }),
  )
  const run = (change: Record<string, unknown> = {}, share = usual) =>
    flow({ ...fixture('customer.updated', change), share }, quiet)
  const touched = (name: string, version = 1) => createRulebook(store, [], async () => {}).touched(name, version)
  return { run, sent, links, touched, close: () => store.close() }
}

describe('customer-to-odoo', () => {
  it('writes a customer once, and again only when what is written changes', async () => {
    const { run, sent, links, touched, close } = await setup()
    expect(await run()).toMatchObject({ kind: 'done' })
    expect(
      await run({ updatedAt: '2026-11-20T11:00:00.000Z', externalKey: 'partner-7', creditLimit: '10' }),
    ).toMatchObject({
      kind: 'skip',
      reason: 'unchanged',
    })
    expect(await run({ updatedAt: '2026-11-20T12:00:00.000Z', name: 'Ann Roe' })).toMatchObject({ kind: 'done' })
    expect(await run({ updatedAt: '2026-11-20T11:30:00.000Z', name: 'Ann Doe' })).toMatchObject({ reason: 'stale' })
    expect(sent).toHaveLength(2)
    expect(await links.get('customer', '55')).toMatchObject({ odooModel: 'res.partner', odooId: 7 })
    for (const name of ['customer-to-odoo', 'address-to-odoo'])
      expect(await touched(name)).toMatchObject([{ kind: 'customer', clarityId: '55', odooId: 7, superseded: false }])
    expect(await touched('customer-to-odoo', 2)).toEqual([])
    await close()
  })

  it('asks Odoo nothing where its fields would not take it, and names every one of them on both sides', async () => {
    const char = { type: 'char', required: false, readonly: false }
    const fields = { name: { ...char, string: 'Name', size: 3 }, email: { ...char, string: 'Email', readonly: true } }
    const title = { ...char, string: 'Title', required: true }
    const lang = { ...char, string: 'Language', required: true, filled: true }
    const { run, sent, close } = await setup(undefined, { 'res.partner': { ...fields, title, lang } })
    const outcome = await run({ phone: null, addresses: [] })
    expect(outcome).toMatchObject({ kind: 'correct' })
    const problems = outcome.kind === 'correct' ? outcome.problems : []
    expect(problems).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'too_long', field: '/name', target: '/name' }),
        expect.objectContaining({ code: 'readonly', field: '/email', target: '/email' }),
      ]),
    )
    for (const { message, remedy } of problems) expect(message && remedy).toMatch(/\.$/)
    expect(sent).toEqual([])
    await close()
  })

  it('tells everything at once: what cannot be mapped, of the addresses and contacts too, and what Odoo would not take of the rest', async () => {
    const char = { type: 'char', required: false, readonly: false }
    const short = { ...char, string: 'Short', size: 3 }
    const fields = { phone: short, zip: short, name: { ...char, string: 'Name' } }
    const { run, sent, close } = await setup(undefined, { 'res.partner': fields })
    const street = { id: 'a1', kind: 'billing', name: 'Ann', line1: '1 Main St', city: 'Ghent', postalCode: '9000' }
    const outcome = await run({
      type: 'company',
      companyName: ' ',
      name: ' ',
      addresses: [{ ...street, country: 'BE' }],
      contacts: [{ id: 'c1', name: ' ', email: 'c@example.com' }],
    })
    expect(outcome).toMatchObject({ kind: 'correct' })
    const problems = outcome.kind === 'correct' ? outcome.problems : []
    expect(problems.map(({ code, field, target }) => [code, field, target])).toEqual(
      expect.arrayContaining([
        ['required', '/name', '/name'],
        ['required', '/contacts/0/name', '/name'],
        ['too_long', '/addresses/0/postalCode', '/attach/0/values/zip'],
        ['too_long', '/phone', '/phone'],
      ]),
    )
    expect(sent).toEqual([])
    await close()
  })

  it('misses a required field that no rule fills only of a customer that Odoo cannot have yet', async () => {
    const char = { type: 'char', required: true, readonly: false }
    const fields = { title: { ...char, string: 'Title' }, lang: { ...char, string: 'Language', filled: true } }
    const others = Object.fromEntries(
      ['name', 'phone', 'email', 'comment', 'ref', 'vat', 'active', 'is_company', 'company_type'].map((name) => [
        name,
        { ...char, type: name === 'active' ? 'boolean' : 'char', required: false, string: name },
      ]),
    )
    const { run, sent, links, close } = await setup(undefined, { 'res.partner': { ...fields, ...others } })
    const unrecognisable = { email: null, vatNumber: null, addresses: [], contacts: [] }
    const outcome = await run(unrecognisable)
    expect(outcome.kind === 'correct' && outcome.problems.map(({ code, target }) => [code, target])).toEqual([
      ['empty_required', '/title'],
    ])
    await links.save({
      ...{ kind: 'customer', clarityId: '55', odooModel: 'res.partner', odooId: 7, odooName: 'Ann' },
      ...{ clarityVersion: null, hash: null },
    })
    expect(await run(unrecognisable)).toMatchObject({ kind: 'done' })
    expect(sent).toHaveLength(1)
    await close()
  })

  it('writes what is ours and proposes the rest, until a person accepts', async () => {
    const { run, sent, close } = await setup()
    const share: Share = { content: 'propose', addresses: 'write', terms: 'ignore' }
    expect(await run({}, share)).toMatchObject({ kind: 'review', cause: 'proposed_change' })
    expect(sent.map(({ values, initial }) => [values, initial?.name])).toEqual([[{}, 'Ann Doe']])
    expect(await run({ updatedAt: '2026-11-20T11:00:00.000Z' }, share)).toMatchObject({ kind: 'review' })
    expect(sent).toHaveLength(1)
    const accepted: Share = { content: 'write', addresses: 'write', terms: 'ignore' }
    expect(await run({ updatedAt: '2026-11-20T11:00:00.000Z' }, accepted)).toMatchObject({ kind: 'done' })
    expect(await run({ updatedAt: '2026-11-20T12:00:00.000Z' }, share)).toMatchObject({ reason: 'unchanged' })
    await close()
  })

  it('names the storefront’s field of what Odoo refuses, and stops the connection for a missing right', async () => {
    const bad = await setup(() => ({
      ok: false,
      outcome: correct({ code: 'business_rule', target: '/vat', message: 'not valid', remedy: 'x' }),
    }))
    expect(await bad.run({ vatNumber: 'BE0' })).toMatchObject({ kind: 'correct', problems: [{ field: '/vatNumber' }] })
    const denied = await setup(() => ({ ok: false, outcome: refused('odoo', 'missing_right', 'no right') }))
    expect(await denied.run()).toMatchObject({ kind: 'refused', connection: 'odoo' })
    await Promise.all([bad.close(), denied.close()])
  })
})
