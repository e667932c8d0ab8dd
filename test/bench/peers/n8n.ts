import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../support/ports.ts'
import type { PlainOdoo } from '../yardstick.ts'
import { installed, NotToBeHad, type Peer, supervised, type Workflow } from './peer.ts'

/** The newest of which every dependency is in the registry. */
const VERSION = '2.41.1'
const ID = 'orders'

/**
 * n8n as it is after its installation (SQLite, one process; its queue mode needs a Redis, which npm does not have), with a workflow of its
 * HTTP Request nodes, which are several times as fast as its Odoo node and can confirm an order. Successful executions are not saved, as
 * its pages on performance advise. The webhook answers at once, as the node does until somebody changes it; in the careful workflow it
 * answers when the last node is through, with 500 when one fails. Nodes do not retry by themselves: that would end one outage in six
 * orders made twice, and whoever got the 500 tells the order again.
 */
export async function n8n(odoo: PlainOdoo, workflow: Workflow): Promise<Peer> {
  const folder = await installed('n8n', VERSION, ['sqlite3', 'isolated-vm'])
  const data = await mkdtemp(join(tmpdir(), 'bench-n8n-'))
  const port = await freePort()
  const program = join(folder, 'node_modules/n8n/bin/n8n')
  const env = {
    HOME: data,
    N8N_USER_FOLDER: data,
    N8N_LISTEN_ADDRESS: '127.0.0.1',
    N8N_PORT: `${port}`,
    N8N_RUNNERS_BROKER_PORT: `${await freePort()}`,
    N8N_DIAGNOSTICS_ENABLED: 'false',
    N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
    N8N_TEMPLATES_ENABLED: 'false',
    N8N_PERSONALIZATION_ENABLED: 'false',
    N8N_HIRING_BANNER_ENABLED: 'false',
    N8N_DYNAMIC_BANNERS_ENABLED: 'false',
    EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none',
    EXTERNAL_FRONTEND_HOOKS_URLS: '',
  }
  const cli = async (...args: string[]) => {
    await promisify(execFile)(process.execPath, [program, ...args], { env: { PATH: process.env.PATH, ...env } }).catch(
      (error: Error) => {
        throw new NotToBeHad(`n8n ${args[0]}: ${error.message.slice(-300)}`)
      },
    )
  }
  const file = join(data, 'workflow.json')
  await writeFile(file, JSON.stringify([nodesOf(odoo, workflow === 'careful')]))
  await cli('import:workflow', `--input=${file}`)
  await cli('publish:workflow', `--id=${ID}`)
  const page = `http://127.0.0.1:${port}`
  const { start, kill } = supervised(process.execPath, [program, 'start'], env, async () => {
    const { ok } = await fetch(`${page}/healthz/readiness`)
    // No order: the workflow's webhook is there when another method on it is known.
    const { status } = await fetch(`${page}/webhook/ready`)
    return ok && status === 200
  })
  await start()
  return {
    url: `${page}/webhook/orders`,
    start,
    kill,
    async dispose() {
      await kill()
      await rm(data, { recursive: true, force: true })
    },
  }
}

function nodesOf(odoo: PlainOdoo, careful: boolean): object {
  const nodes: { name: string }[] = []
  const connections: Record<string, { main: { node: string; type: 'main'; index: 0 }[][] }> = {}
  // Without a webhookId, a webhook's path has the workflow's id and the node's name in it.
  const node = (name: string, type: string, typeVersion: number, parameters: object, ...next: string[]) => {
    nodes.push({
      name,
      ...{
        id: name,
        type: `n8n-nodes-base.${type}`,
        typeVersion,
        position: [nodes.length * 200, 0],
        webhookId: name,
        parameters,
      },
    })
    if (next.length > 0) connections[name] = { main: next.map((to) => [{ node: to, type: 'main', index: 0 }]) }
  }
  const header = (name: string, value: string) => ({ name, value })
  const call = (name: string, model: string, method: string, body: string, ...next: string[]) =>
    node(
      name,
      'httpRequest',
      4.2,
      {
        method: 'POST',
        url: `${odoo.url}/json/2/${model}/${method}`,
        sendHeaders: true,
        headerParameters: {
          parameters: [header('authorization', `bearer ${odoo.apiKey}`), header('x-odoo-database', odoo.db)],
        },
        sendBody: true,
        specifyBody: 'json',
        jsonBody: `={{ JSON.stringify(${body}) }}`,
        options: { response: { response: { fullResponse: true, responseFormat: 'json' } } },
      },
      ...next,
    )
  const order = `$('Order').item.json.body`
  const whether = (name: string, leftValue: string, yes: string, no: string) => {
    const operator = { type: 'boolean', operation: 'true', singleValue: true }
    const conditions = {
      options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 },
      combinator: 'and',
      conditions: [{ id: name, leftValue: `={{ ${leftValue} }}`, rightValue: '', operator }],
    }
    node(name, 'if', 2.2, { conditions, options: {} }, yes, no)
  }
  node('Ready', 'webhook', 2, { httpMethod: 'GET', path: 'ready', options: {} })
  const answered = careful ? { responseMode: 'lastNode' } : {}
  const first = careful ? 'Find order' : 'Find partner'
  node('Order', 'webhook', 2, { httpMethod: 'POST', path: 'orders', ...answered, options: {} }, first)
  if (careful) {
    const domain = `[['client_order_ref', '=', ${order}.number]]`
    call('Find order', 'sale.order', 'search_read', `{ domain: ${domain}, fields: ['state'], limit: 1 }`, 'Confirmed?')
    whether('Confirmed?', `$json.body[0]?.state === 'sale'`, 'Nothing to do', 'Begun?')
    node('Nothing to do', 'noOp', 1, {})
    whether('Begun?', '$json.body.length > 0', 'Confirm', 'Find partner')
  }
  const domain = `[['email', '=', ${order}.customer.email]]`
  call('Find partner', 'res.partner', 'search_read', `{ domain: ${domain}, fields: ['id'], limit: 1 }`, 'Known?')
  whether('Known?', '$json.body.length > 0', 'Create order', 'Create partner')
  call('Create partner', 'res.partner', 'create', `{ vals_list: [${order}.customer] }`, 'Create order')
  const lines = `${order}.lines.map((line) => [0, 0, { product_id: line.productId, product_uom_qty: line.quantity, price_unit: line.price }])`
  const values = `{ partner_id: $json.body[0].id ?? $json.body[0], client_order_ref: ${order}.number, order_line: ${lines} }`
  call('Create order', 'sale.order', 'create', `{ vals_list: [${values}] }`, 'Confirm')
  call('Confirm', 'sale.order', 'action_confirm', '{ ids: $json.body.map((one) => one.id ?? one) }')
  return { id: ID, name: 'Orders', active: true, nodes, connections, settings: { executionOrder: 'v1' } }
}
