import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAudit } from '../../clarity-extension/audit/audit.ts'
import { createLinks } from '../../clarity-extension/links.ts'
import { orderToOdoo } from '../../clarity-extension/mapping/defaults/order-to-odoo.ts'
import { paymentToOdoo } from '../../clarity-extension/mapping/defaults/payment-to-odoo.ts'
import type { RuleSet } from '../../clarity-extension/mapping/rules.ts'
import { activate, discardDraft, type Moved, rollBack, saveDraft } from '../../clarity-extension/mapping/versions.ts'
import { createRulebook } from '../../clarity-extension/rulebook/rulebook.ts'
import type { Rulebook } from '../../clarity-extension/rulebook/types.ts'
import type { Store } from '../../clarity-extension/store/store.ts'
import { bench, dialects, event, type Place, START } from './store-support.ts'

const changed = (about: string): RuleSet => ({
  ...orderToOdoo,
  rules: [{ to: 'reference', about, const: about }, ...orderToOdoo.rules],
})

describe.each(dialects.filter(({ possible }) => possible))('the rulebook in $dialect', ({ place }) => {
  let where: Place
  let store: Store
  const clock = { now: START }
  const audit = () => createAudit(store, () => clock.now)
  const trail = async () => (await audit().list({ entity: 'mapping:order-to-odoo' })).rows
  const open = (delivered: RuleSet[] = [orderToOdoo, paymentToOdoo], on = store): Rulebook =>
    createRulebook(on, delivered, audit().record, () => clock.now)

  beforeAll(async () => {
    where = await place()
    store = await where.open()
  })
  afterAll(async () => {
    await store.close()
    await where.remove()
  })

  const save = async (book: Rulebook, rules: RuleSet, seen = 0, by = 'Ann'): Promise<Moved> => {
    const moved = await book.move('order-to-odoo', '', by, (history, who) => saveDraft(history, rules, seen, who))
    if (!moved) throw new Error('the rule set is there')
    return moved
  }
  const goLive = async (book: Rulebook, note: string, by = 'Ann') => {
    const history = await book.history('order-to-odoo')
    return book.move('order-to-odoo', note, by, (now, who) => activate(now, history?.draft?.revision ?? 0, note, who))
  }

  it('begins with the rules as delivered, once, however often the bridge starts', async () => {
    await Promise.all([open().deliver(), open().deliver()])
    const book = open()
    expect((await book.histories()).map(({ name, live }) => [name, live])).toEqual([
      ['order-to-odoo', 1],
      ['payment-to-odoo', 1],
    ])
    expect((await book.live()).sets.get('order-to-odoo')).toEqual(orderToOdoo)
    expect(await trail()).toEqual([])
  })

  it('maps by a draft only once it is activated, tells who did it and why, and rolls back', async () => {
    const book = open()
    expect(await save(book, changed('first'))).toMatchObject({ ok: true })
    expect((await book.live()).sets.get('order-to-odoo')?.version).toBe(1)
    clock.now += 1000
    expect(await goLive(book, 'They asked for it')).toMatchObject({ ok: true })
    expect((await book.live()).sets.get('order-to-odoo')).toEqual({ ...changed('first'), version: 2 })
    const after = { version: 2, why: 'They asked for it' }
    expect(await trail()).toMatchObject([
      { who: 'Ann', action: 'mapping.activate', at: clock.now, before: { version: 1 }, after },
      { who: 'Ann', action: 'mapping.draft', after: { from: 1 } },
    ])
    await book.move('order-to-odoo', 'It was wrong', 'Bob', (history) => rollBack(history, 1))
    expect((await book.live()).sets.get('order-to-odoo')).toEqual(orderToOdoo)
    const back = { version: 1, why: 'It was wrong' }
    expect((await trail())[0]).toMatchObject({
      who: 'Bob',
      action: 'mapping.rollback',
      before: { version: 2 },
      after: back,
    })
    expect(await book.move('nothing', '', 'Bob', discardDraft)).toBeUndefined()
  })

  it('refuses to save over somebody else, and stores nothing of it', async () => {
    const book = open()
    await save(book, changed('Ann was here'))
    const refused = await save(book, changed('Bob was here'), 0, 'Bob')
    expect(refused).toMatchObject({ ok: false, code: 'conflict', merge: { conflicts: 1 } })
    expect((await book.history('order-to-odoo'))?.draft).toMatchObject({ by: 'Ann', rules: changed('Ann was here') })
    await book.move('order-to-odoo', '', 'Ann', discardDraft)
    expect((await trail())[0]).toMatchObject({ who: 'Ann', action: 'mapping.discard' })
    expect(await book.history('order-to-odoo')).not.toHaveProperty('draft')
  })

  it('lets one of two who activate at once win', async () => {
    const book = open()
    await save(book, changed('both'))
    const results = await Promise.all([goLive(book, 'one'), goLive(book, 'two', 'Bob')])
    expect(results.map((one) => one?.ok).sort()).toEqual([false, true])
  })

  it('takes up newer rules as delivered where those were live, and beside a merchant’s own', async () => {
    const newer = [changed('newer'), { ...paymentToOdoo, description: 'Newer.' }]
    await open(newer).deliver()
    const book = open()
    expect(await book.history('payment-to-odoo')).toMatchObject({ live: 2 })
    const own = await book.history('order-to-odoo')
    expect(own?.versions.at(-1)).toMatchObject({ delivered: true, rules: { version: own?.versions.length } })
    expect(own?.versions.at(-1)?.rules.rules[0]?.about).toBe('newer')
    expect((await book.live()).sets.get('order-to-odoo')?.rules[0]?.about).toBe('both')
  })

  it('knows which version wrote which record, in the order of writing, and what was written anew since', async () => {
    const links = createLinks(store, () => clock.now)
    const book = open()
    const { ledger } = bench(store)
    const { id } = await ledger.ingest(event('order:w1'))
    const write = (clarityId: string, version: number, eventId = id) =>
      links.save({
        kind: 'order',
        clarityId,
        odooModel: 'sale.order',
        odooId: Number(clarityId.slice(1)),
        odooName: `S${clarityId}`,
        wroteBy: {
          by: [
            { name: 'order-to-odoo', version },
            { name: 'payment-to-odoo', version: 1 },
          ],
          eventId,
        },
      })
    for (const one of ['w1', 'w2', 'w3', 'w2']) {
      clock.now += 10
      await write(one, 2)
    }
    clock.now += 10
    await write('w3', 3, 999)
    const touched = await book.touched('order-to-odoo', 2)
    expect(touched.map(({ clarityId, superseded }) => [clarityId, superseded])).toEqual([
      ['w2', false],
      ['w3', true],
      ['w1', false],
    ])
    expect(touched[2]).toMatchObject({
      kind: 'order',
      eventId: id,
      odooName: 'Sw1',
      odooModel: 'sale.order',
      odooId: 1,
    })
    expect(await book.touched('order-to-odoo', 3)).toMatchObject([{ clarityId: 'w3', eventId: null, subject: null }])
    expect(await book.counts('order-to-odoo')).toEqual(
      new Map([
        [2, 3],
        [3, 1],
      ]),
    )
    const [first] = await book.touched('order-to-odoo', 2, { limit: 1 })
    const before = { writtenAt: first?.writtenAt ?? 0, record: first?.clarityId ?? '' }
    expect((await book.touched('order-to-odoo', 2, { before })).map(({ clarityId }) => clarityId)).toEqual(['w3', 'w1'])
    expect(await book.touched('payment-to-odoo', 1)).toHaveLength(3)
  })
})

describe.each(dialects.filter(({ dialect, possible }) => possible && dialect === 'PostgreSQL'))(
  'two replicas on $dialect',
  ({ place }) => {
    it('map by an activation within a second of each other', async () => {
      const where = await place()
      const stores = [await where.open(), await where.open()]
      const clock = { now: START }
      const [one, two] = stores.map((store) =>
        createRulebook(store, [orderToOdoo], createAudit(store).record, () => clock.now),
      )
      if (!one || !two) throw new Error('there are two')
      await one.deliver()
      expect((await two.live()).sets.get('order-to-odoo')?.version).toBe(1)
      await one.move('order-to-odoo', '', 'Ann', (history, who) => saveDraft(history, changed('x'), 0, who))
      await one.move('order-to-odoo', '', 'Ann', (history, who) => activate(history, 2, '', who))
      expect((await one.live()).sets.get('order-to-odoo')?.version).toBe(2)
      expect((await two.live()).sets.get('order-to-odoo')?.version, 'still believed').toBe(1)
      clock.now += 1000
      expect((await two.live()).sets.get('order-to-odoo')?.version).toBe(2)
      for (const store of stores) await store.close()
      await where.remove()
    })
  },
)
