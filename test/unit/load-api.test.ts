import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { panelServer, signedIn } from './panel-server.ts'

async function loads() {
  const { app, ledger } = panelServer()
  const headers = await signedIn(app)
  const get = (path: string) => request(app).get(`/api${path}`).set(headers)
  const post = (path: string, body: object = {}) => request(app).post(`/api${path}`).set(headers).send(body)
  const { body } = await get('/loads').expect(200)
  const product: { id: string } = body.items[0].load
  return { get, post, ledger, product: product.id }
}

describe('the API of first loads', () => {
  it('lists what can be loaded in its order, with why not, and pages through what was found', async () => {
    const { get, product } = await loads()
    const { body } = await get('/loads')
    expect(body.items.map(({ entity, cause }: { entity: string; cause: string | null }) => [entity, cause])).toEqual([
      ['product', null],
      ['customer', null],
      ['price', 'switched_off'],
      ['stock', null],
    ])
    expect(body.items[1].load.progress).toEqual({
      ...{ total: 31, waiting: 12, done: 18, left: 0, failed: 1, perSecond: 0.4, secondsLeft: 30 },
    })
    const rows = await get(`/loads/${product}/rows?verdict=conflict&undecided=true`).expect(200)
    expect(rows.body.items).toHaveLength(2)
    expect((await get(`/loads/${product}/rows?cursor=x`).expect(400)).body.code).toBe('invalid_request')
  })

  it('refuses to begin what is switched off, under way or not to be loaded, and says what to do', async () => {
    const { post, ledger } = await loads()
    const refused = async (entity: string) => (await post('/loads', { entity }).expect(409)).body
    expect(await refused('price')).toMatchObject({
      code: 'switched_off',
      remedy: expect.stringContaining('Switch it on'),
    })
    expect(await refused('customer')).toMatchObject({ code: 'load_under_way' })
    expect(await refused('invoice')).toMatchObject({ code: 'not_loadable' })
    expect((await post('/loads', { entity: 'nothing' }).expect(400)).body.code).toBe('invalid_request')
    expect((await post('/loads', { entity: 'stock' }).expect(200)).body).toMatchObject({ state: 'planning' })
    expect(ledger.moves).toEqual(['dry run of stock by admin'])
  })

  it('takes a decision on one row or on all of a cause, and refuses half of one', async () => {
    const { post, get, product } = await loads()
    const decide = (body: object) => post(`/loads/${product}/decisions`, body)
    const { body } = await get(`/loads/${product}/rows?why=several_there:barcode`)
    const row = body.items[0].id
    expect((await decide({ row, decision: 'new' }).expect(200)).body).toEqual({ decided: 1 })
    expect((await decide({ why: 'differs:barcode', decision: 'link' }).expect(200)).body).toEqual({ decided: 1 })
    expect((await decide({ why: 'differs:barcode', decision: 'link' }).expect(409)).body.code).toBe('nothing_to_decide')
    expect((await decide({ row, why: 'differs:barcode', decision: 'skip' }).expect(400)).body.detail).toContain('row')
    expect((await decide({ decision: 'skip' }).expect(400)).body.code).toBe('invalid_request')
    expect((await decide({ row, decision: 'link' }).expect(400)).body.detail).toContain('target')
    expect((await post('/loads/77/decisions', { row, decision: 'skip' }).expect(404)).body.code).toBe('no_such_load')
  })

  it('starts, and refuses what its state does not allow', async () => {
    const { post, product } = await loads()
    expect((await post(`/loads/${product}/pause`).expect(409)).body).toMatchObject({ code: 'not_now' })
    expect((await post(`/loads/${product}/start`).expect(200)).body).toMatchObject({ state: 'running' })
    expect((await post('/loads/77/start').expect(404)).body.code).toBe('no_such_load')
    expect((await post(`/loads/${product}/explode`).expect(404)).body.code).toBe('no_such_load')
  })
})
