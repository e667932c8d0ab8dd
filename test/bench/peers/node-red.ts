import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../support/ports.ts'
import type { PlainOdoo } from '../yardstick.ts'
import { installed, type Peer, supervised, type Workflow } from './peer.ts'

const VERSION = '5.0.7'

/**
 * Node-RED with a flow of its own nodes: `http in`, functions that make each request, `http request` to Odoo's JSON-2, and the
 * `http response` at the end, where its documentation has it: an order is acknowledged when it is confirmed.
 */
export async function nodeRed(odoo: PlainOdoo, workflow: Workflow): Promise<Peer> {
  const folder = await installed('node-red', VERSION)
  const data = await mkdtemp(join(tmpdir(), 'bench-node-red-'))
  const port = await freePort()
  await writeFile(join(data, 'flows.json'), JSON.stringify(flow(odoo, workflow === 'careful')))
  await writeFile(join(data, 'settings.js'), settings(port))
  const page = `http://127.0.0.1:${port}`
  const program = join(folder, 'node_modules/node-red/red.js')
  const args = ['--userDir', data, '--settings', join(data, 'settings.js')]
  const { start, kill } = supervised(process.execPath, [program, ...args], { HOME: data }, async () => {
    // No order: the flow is there when it is not 404.
    const { status } = await fetch(`${page}/ready`)
    return status === 200
  })
  await start()
  return {
    url: `${page}/orders`,
    start,
    kill,
    async dispose() {
      await kill()
      await rm(data, { recursive: true, force: true })
    },
  }
}

const settings = (port: number) => `module.exports = {
  uiHost: '127.0.0.1', uiPort: ${port}, flowFile: 'flows.json', httpAdminRoot: false,
  telemetry: { enabled: false, updateNotification: false }, diagnostics: { enabled: false },
  logging: { console: { level: 'warn' } },
}`

function flow(odoo: PlainOdoo, careful: boolean): object[] {
  const request = (model: string, method: string, body: string) => `
    msg.url = ${JSON.stringify(`${odoo.url}/json/2/${model}/${method}`)}
    msg.headers = ${JSON.stringify({ authorization: `bearer ${odoo.apiKey}`, 'x-odoo-database': odoo.db, 'content-type': 'application/json' })}
    msg.payload = ${body}
    return msg`
  const func = (id: string, func: string, ...next: string[]) => ({
    ...{ id, z: 'flow', type: 'function', func, outputs: next.length },
    wires: next.map((one) => [one]),
  })
  const call = (id: string, body: string, next: string) => [
    func(id, body, `${id} call`),
    {
      id: `${id} call`,
      z: 'flow',
      type: 'http request',
      method: 'POST',
      ret: 'obj',
      senderr: true,
      persist: true,
      wires: [[next]],
    },
  ]
  const customer = 'msg.order.customer'
  const sought = `{ domain: [['client_order_ref', '=', msg.order.number]], fields: ['state'], limit: 1 }`
  const looking = [
    ...call('look', request('sale.order', 'search_read', sought), 'is there'),
    func(
      'is there',
      `const [there] = msg.payload
      if (!there) return [null, null, msg]
      msg.payload = [there.id]
      return there.state === 'sale' ? [msg, null, null] : [null, msg, null]`,
      ...['done', 'confirm', 'find'],
    ),
  ]
  return [
    { id: 'flow', type: 'tab', label: 'Orders' },
    { id: 'ready', z: 'flow', type: 'http in', url: '/ready', method: 'get', wires: [['is ready']] },
    { id: 'is ready', z: 'flow', type: 'http response', statusCode: '200', wires: [] },
    { id: 'in', z: 'flow', type: 'http in', url: '/orders', method: 'post', wires: [['keep']] },
    func('keep', 'msg.order = msg.payload\nreturn msg', careful ? 'look' : 'find'),
    ...(careful ? looking : []),
    ...call(
      'find',
      request(
        'res.partner',
        'search_read',
        `{ domain: [['email', '=', ${customer}.email]], fields: ['id'], limit: 1 }`,
      ),
      'known',
    ),
    {
      ...{ id: 'known', z: 'flow', type: 'switch', property: 'payload.length', propertyType: 'msg' },
      rules: [{ t: 'gt', v: '0', vt: 'num' }, { t: 'else' }],
      outputs: 2,
      wires: [['its partner'], ['create partner']],
    },
    func('its partner', 'msg.payload = [msg.payload[0].id]\nreturn msg', 'create'),
    ...call('create partner', request('res.partner', 'create', `{ vals_list: [${customer}] }`), 'create'),
    ...call(
      'create',
      request(
        'sale.order',
        'create',
        `{ vals_list: [{
          partner_id: msg.payload[0],
          client_order_ref: msg.order.number,
          order_line: msg.order.lines.map((line) => [0, 0, { product_id: line.productId, product_uom_qty: line.quantity, price_unit: line.price }]),
        }] }`,
      ),
      'confirm',
    ),
    ...call('confirm', request('sale.order', 'action_confirm', '{ ids: msg.payload }'), 'done'),
    func('done', 'delete msg.headers\nmsg.payload = {}\nreturn msg', 'out'),
    // What Odoo refuses, or when it is away: the storefront delivers it again.
    { id: 'failed', z: 'flow', type: 'catch', scope: null, uncaught: false, wires: [['say so']] },
    {
      id: 'say so',
      z: 'flow',
      type: 'change',
      rules: [{ t: 'set', p: 'statusCode', pt: 'msg', to: '500', tot: 'num' }],
      wires: [['done']],
    },
    { id: 'out', z: 'flow', type: 'http response', wires: [] },
  ]
}
