import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { users } from '../../clarity-extension/ports/users.ts'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import { panelServer, signedIn } from './panel-server.ts'

describe('users in the store', () => {
  let folder: string
  let store: Store
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'users-'))
    store = await openStore({ dataDir: folder })
  })
  afterAll(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })

  it('sign in by their own password, which the store does not have, and everything about them is in the audit', async () => {
    let clock = 1_000
    const people = users(store, () => clock)
    expect(await people.add({ name: 'ann', role: 'operator', password: 'a long password' }, 'admin')).toBe(true)
    expect(await people.add({ name: 'ann', role: 'admin', password: 'a long password' }, 'admin')).toBe(false)
    expect(await people.check('ann', 'a long password')).toEqual({ role: 'operator' })
    expect(await people.check('ann', 'another password')).toBeUndefined()
    expect(await people.check('bob', 'a long password')).toBeUndefined()
    const row = await store.db.selectFrom('users').selectAll().executeTakeFirstOrThrow()
    expect(row.password_hash).toMatch(/^\$argon2id\$/)
    clock = 5_000
    expect(await people.change('ann', { role: 'viewer' }, 'admin')).toBe(true)
    expect(await people.standing('ann')).toEqual({ role: 'viewer', since: 1_000 })
    await people.change('ann', { password: 'a newer password' }, 'admin')
    expect(await people.standing('ann')).toEqual({ role: 'viewer', since: 5_000 })
    expect(await people.remove('ann', 'admin')).toBe(true)
    expect(await people.standing('ann')).toBeUndefined()
    const audit = await store.db.selectFrom('audit').select(['action', 'after']).orderBy('id').execute()
    expect(audit.map(({ action }) => action)).toEqual(['user.add', 'user.change', 'user.change', 'user.remove'])
    expect(JSON.stringify(audit)).not.toContain('argon2')
  })
})

describe('a user of the panel', () => {
  const as = async (app: Parameters<typeof request>[0], name: string, password = 'twelve letters') => {
    const answer = await request(app).post('/api/session').send({ name, password })
    const [cookie = ''] = [answer.headers['set-cookie']].flat()
    return {
      status: answer.status,
      headers: { cookie: cookie.split(';')[0] ?? '', 'x-csrf-token': String(answer.body.csrfToken) },
    }
  }

  it('has the role that holds now, and none once removed', async () => {
    const { app } = panelServer()
    const admin = await signedIn(app)
    const { headers } = await as(app, 'vic')
    await request(app).post('/api/failures/replay').set(headers).send({ cause: 'unknown_sku' }).expect(403)
    await request(app).patch('/api/users/vic').set(admin).send({ role: 'operator' }).expect(200)
    await request(app).post('/api/failures/replay').set(headers).send({ cause: 'unknown_sku' }).expect(200)
    await request(app).delete('/api/users/vic').set(admin).expect(200)
    await request(app).get('/api/events').set(headers).expect(401)
  })

  it('is told the role that it takes, and who has it', async () => {
    const { app } = panelServer()
    const { headers } = await as(app, 'vic')
    const answer = await request(app).post('/api/failures/replay').set(headers).send({ cause: 'unknown_sku' })
    expect(answer.body).toMatchObject({ code: 'not_allowed', least: 'operator', ask: ['olga', 'admin'] })
    expect(answer.body.remedy).toContain('Ask olga or admin')
    const admins = await request(app).get('/api/users').set(headers)
    expect(admins.body).toMatchObject({ status: 403, least: 'admin', ask: ['admin'] })
  })

  it('has to sign in again after an admin gave another password', async () => {
    const { app } = panelServer()
    const { headers } = await as(app, 'olga')
    await request(app)
      .patch('/api/users/olga')
      .set(await signedIn(app))
      .send({ password: 'a newer password' })
      .expect(200)
    await request(app).get('/api/events').set(headers).expect(401)
    expect((await as(app, 'olga', 'a newer password')).status).toBe(200)
  })

  it('is locked out after a few wrong passwords, by address', async () => {
    const { app } = panelServer()
    for (let n = 0; n < 6; n++) await as(app, 'olga', 'wrong password')
    expect((await as(app, 'olga')).status).toBe(429)
  })

  it.each<['post' | 'patch' | 'delete', string, object | undefined, number, string]>([
    ['post', '/users', { name: 'admin', role: 'viewer', password: 'a long password' }, 409, 'name_taken'],
    [
      'post',
      '/users',
      { name: 'ann (storefront)', role: 'admin', password: 'a long password' },
      400,
      'invalid_request',
    ],
    ['post', '/users', { name: 'ann', role: 'admin', password: 'short' }, 400, 'invalid_request'],
    ['post', '/users', { name: 'olga', role: 'admin', password: 'a long password' }, 409, 'name_taken'],
    ['patch', '/users/nobody', { role: 'admin' }, 404, 'no_such_user'],
    ['patch', '/users/olga', {}, 400, 'invalid_request'],
    ['delete', '/users/nobody', undefined, 404, 'no_such_user'],
  ])('is refused with a remedy: %s %s %j', async (method, path, body, status, code) => {
    const { app } = panelServer()
    const answer = await request(app)
      [method](`/api${path}`)
      .set(await signedIn(app))
      .send(body)
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(answer.body.remedy).not.toBe('')
  })

  it('cannot take their own rights away', async () => {
    const { app } = panelServer()
    await request(app)
      .patch('/api/users/olga')
      .set(await signedIn(app))
      .send({ role: 'admin' })
      .expect(200)
    const { headers } = await as(app, 'olga')
    const answer = await request(app).patch('/api/users/olga').set(headers).send({ role: 'viewer' })
    expect(answer.body.code).toBe('own_user')
  })
})
