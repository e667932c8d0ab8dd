import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { causes } from '../../../shared/causes.ts'
import type { Order } from '../../../shared/entities.ts'
import { until } from '../../support/until.ts'
import { laneOf, place, rightOf, stage, tell, write } from './standing.ts'

interface Refusing {
  cause: 'module_missing' | 'module_outdated' | 'access_denied'
  what: string
  says: RegExp
  fault(): Promise<unknown>
  mend(): Promise<unknown>
}
/** Every role of the bridge that the service user has, taken off; and given back. */
const roles = async (command: 3 | 4) => {
  const rows = await stage.odoo.psql<{ user: number; group: number }>(
    `select u.id "user", d.res_id "group" from res_users u, ir_model_data d
      where u.login = $1 and d.module = 'clarity_bridge' and d.model = 'res.groups'
        and (exists (select 1 from res_groups_users_rel r where r.uid = u.id and r.gid = d.res_id) or d.res_id = any($2))`,
    [stage.odoo.login, taken],
  )
  taken = rows.map(({ group }) => group)
  await write('res.users', rows[0]?.user, { group_ids: taken.map((group) => [command, group]) })
}
let taken: number[] = []
const route = (to: (path: string) => string) => {
  if (!stage.proxy) throw new Error('a stage with a proxy')
  stage.proxy.route = to
}
const refusing: Refusing[] = [
  {
    ...{ cause: 'access_denied', what: 'a service user without its role', says: /role Service User/ },
    fault: () => roles(3),
    mend: () => roles(4),
  },
  {
    // The same Odoo, asked for a method that its module does not have yet.
    ...{ cause: 'module_outdated', what: 'a module that is older', says: /has no apply/ },
    fault: async () => route((path) => path.replace('bridge/apply', 'bridge/apply_of_a_later_version')),
    mend: async () => route((path) => path),
  },
  {
    // The same again, for a model that it does not have; classifier.test.ts takes the module out.
    ...{ cause: 'module_missing', what: 'a database without the module', says: /is not installed in this database/ },
    fault: async () => route((path) => path.replace('/clarity.bridge/', '/clarity.of.nobody/')),
    mend: async () => route((path) => path),
  },
]

const paused = z.object({
  items: z.array(
    z.object({
      ...{ name: z.string(), state: z.string(), cause: z.string().nullable() },
      ...{ message: z.string().nullable(), remedy: z.string().nullable() },
    }),
  ),
})
const alerts = z.object({
  active: z.array(z.object({ rule: z.string(), title: z.string(), text: z.string(), link: z.string() })),
})
const authentication = async () =>
  alerts.parse(await stage.panel('GET', '/alerts')).active.filter(({ rule }) => rule === 'authentication')
const events = z.object({ items: z.array(z.object({ type: z.string(), state: z.string(), attempts: z.number() })) })
const eventOf = async (order: Order) =>
  events
    .parse(await stage.panel('GET', `/events?q=${encodeURIComponent(laneOf(order))}`))
    .items.find(({ type }) => type === 'order.created')

export function notReady(): void {
  describe('an Odoo that is there and not ready for us', () => {
    it.each(refusing)(
      '$cause ($what): pauses, alerts once, burns nothing, and the order is in both systems once when it is mended',
      async ({ cause, says, fault, mend }) => {
        const { title, remedy, classes } = causes[cause]
        expect(classes[0]).toBe('refused')
        await fault()
        const order = await place()
        await tell(order)
        const state = await until('the pause', async () => {
          const { items } = paused.parse(await stage.panel('GET', '/connections'))
          return items.find((one) => one.name === 'odoo' && one.state === 'paused')
        })
        expect(state).toMatchObject({ cause, message: expect.stringMatching(says), remedy })
        const [alert, ...others] = await until('the alert', async () => {
          const active = await authentication()
          return active.length > 0 && active
        })
        expect(others).toEqual([])
        expect(alert).toMatchObject({
          ...{ title: `Odoo refuses us: ${title}`, text: expect.stringContaining(remedy), link: '/connections' },
        })
        expect(await eventOf(order)).toMatchObject({ state: 'ready', attempts: 0 })

        await mend()
        await stage.panel('POST', '/connections/odoo/resume')
        const { attempts } = await until('the event through', async () => {
          const event = await eventOf(order)
          return event?.state === 'done' && event
        })
        expect(attempts).toBe(1)
        await rightOf(order)
        await until('the end of the alert', async () => (await authentication()).length === 0)
      },
    )
  })
}
