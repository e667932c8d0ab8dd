import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase, type RealOdoo } from './support.ts'

/** What the other tests of this folder build on: the recipe itself, on the real thing. */
describe('a real Odoo of one’s own', () => {
  let odoo: RealOdoo

  beforeAll(async () => {
    odoo = await freshDatabase({ ownPostgres: true })
  })
  afterAll(() => odoo.dispose())

  it('knows the service user and the administrator by their keys, and nobody else', async () => {
    expect(await call(odoo, odoo.apiKey, 'res.users', 'context_get')).toMatchObject({ status: 200 })
    expect(await call(odoo, odoo.adminApiKey, 'ir.config_parameter', 'search_count', { domain: [] })).toMatchObject({
      status: 200,
    })
    expect(await call(odoo, 'nobody', 'res.users', 'context_get')).toMatchObject({ status: 401 })
  })

  it('can be asked past its API: in Python and in SQL', async () => {
    expect(await odoo.shell("print(env['ir.module.module']._get('clarity_bridge').state)")).toContain('installed')
    expect(await odoo.psql('select login from res_users where login = $1', [odoo.login])).toEqual([
      { login: odoo.login },
    ])
  })

  it('keeps its address and its data over a restart with worker processes', async () => {
    await odoo.psql("update res_company set name = 'Kept over the restart'")
    await odoo.restart(2)
    expect(
      await call(odoo, odoo.adminApiKey, 'res.company', 'search_count', {
        domain: [['name', '=', 'Kept over the restart']],
      }),
    ).toEqual({ status: 200, body: 1 })
    expect(await odoo.log()).toContain('Initiating shutdown')
    await odoo.restart(0)
  })

  it('loses its database server and finds it again', async () => {
    await odoo.stopPostgres()
    const lost = await fetch(`${odoo.url}/web/health?db_server_status=1`)
    expect(lost.status).toBe(500)
    await odoo.startPostgres()
    expect(await call(odoo, odoo.apiKey, 'res.users', 'context_get')).toMatchObject({ status: 200 })
  })
})

async function call(odoo: RealOdoo, key: string, model: string, method: string, body: object = {}) {
  const response = await fetch(`${odoo.url}/json/2/${model}/${method}`, {
    method: 'POST',
    headers: { authorization: `bearer ${key}`, 'content-type': 'application/json', 'x-odoo-database': odoo.db },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}
