import { randomUUID } from 'node:crypto'
import { Router } from 'express'
import { z } from 'zod'
import type { components } from '../panel/schema.d.ts'
import type { Alert } from '../watch/alerts/alerts.ts'
import { type Channel, channel } from '../watch/alerts/channels.ts'
import { AddressRefused, checkUrl } from '../watch/alerts/guard.ts'
import { type AlertSettings, alertSettings } from '../watch/alerts/settings.ts'
import { HIDDEN } from './mask.ts'
import type { PanelPorts } from './ports.ts'
import { Refusal } from './problem.ts'
import { sessionOf } from './session.ts'
import { instant } from './views.ts'

type Schemas = components['schemas']

/** What is wrong, whom the bridge tells, and when. Passwords and secrets go in and never come out. */
export function alertRoutes(
  { alerts, allowPrivateAlerts }: Pick<PanelPorts, 'alerts' | 'allowPrivateAlerts'>,
  now: () => number,
): Router {
  const router = Router()

  router.get('/alerts', async (_req, res) => {
    const [active, recent] = await Promise.all([alerts.active(), alerts.recent()])
    const body: Schemas['Alerts'] = { active: active.map(alertView), recent: recent.map(alertView) }
    res.json(body)
  })

  router.get('/alerts/settings', async (_req, res) => {
    res.json(settingsView(await alerts.settings()))
  })

  router.put('/alerts/settings', async (req, res) => {
    const given = alertSettings.parse(withSecrets(req.body, await alerts.settings()))
    for (const one of given.channels) checkAddress(one, allowPrivateAlerts)
    res.json(settingsView(await alerts.change(given, sessionOf(res).user)))
  })

  router.post('/alerts/test', async (req, res) => {
    const known = await alerts.settings()
    const { channels } = z
      .object({ channels: z.array(channel).length(1) })
      .parse(withSecrets({ channels: [z.looseObject({}).parse(req.body)] }, known))
    const [to] = channels
    if (!to) throw new Error('one channel was asked for')
    checkAddress(to, allowPrivateAlerts)
    const fault = await alerts.test(to)
    const body: Schemas['AlertTest'] = { ok: fault === undefined, message: fault ?? null }
    res.json(body)
  })

  router.post('/alerts/:id/silence', async (req, res) => {
    const { minutes } = silence.parse(req.body)
    const id = Number(req.params.id)
    if (!(await alerts.silence(id, now() + minutes * 60_000, sessionOf(res).user)))
      throw new Refusal(404, 'no_such_alert', 'This alert is over.', 'Reload the page.')
    const body: Schemas['Alerts'] = {
      active: (await alerts.active()).map(alertView),
      recent: (await alerts.recent()).map(alertView),
    }
    res.json(body)
  })

  return router
}

const silence = z.strictObject({
  minutes: z
    .int()
    .min(1)
    .max(60 * 24 * 30),
})

/** What was masked on its way out is what it was; a channel without an id is a new one. */
function withSecrets(given: unknown, known: AlertSettings): unknown {
  const parsed = z.looseObject({ channels: z.array(z.looseObject({ id: z.string().optional() })) }).safeParse(given)
  if (!parsed.success) return given
  return {
    ...parsed.data,
    channels: parsed.data.channels.map((one) => {
      const before = known.channels.find(({ id }) => id === one.id)
      const restored = Object.entries(one).map(([key, value]) => [
        key,
        value === HIDDEN && before ? Reflect.get(before, key) : value,
      ])
      return { id: randomUUID(), ...Object.fromEntries(restored) }
    }),
  }
}

function checkAddress(to: Channel, allowPrivate: boolean): void {
  if (to.kind === 'email') return
  try {
    checkUrl(to.url, allowPrivate)
  } catch (error) {
    if (!(error instanceof AddressRefused)) throw error
    throw new Refusal(422, 'address_refused', `url: ${error.message}`, 'Enter a public https:// address.')
  }
}

const SECRET = ['password', 'secret'] as const

const settingsView = ({ rules, channels }: AlertSettings): Schemas['AlertSettings'] => ({
  rules,
  channels: channels.map((one) => {
    const hidden = SECRET.filter((key) => key in one && Reflect.get(one, key) !== '').map((key) => [key, HIDDEN])
    // A chat's address is its secret.
    const url = one.kind === 'chat' ? { url: HIDDEN } : {}
    return { ...one, ...Object.fromEntries(hidden), ...url }
  }),
})

const alertView = ({ id, key, rule, severity, title, text, link, ...times }: Alert): Schemas['Alert'] => ({
  id: String(id),
  key,
  rule,
  severity,
  title,
  text,
  link,
  firstAt: instant(times.first_at),
  lastAt: instant(times.last_at),
  clearedAt: times.cleared_at === null ? null : instant(times.cleared_at),
  silencedUntil: times.silenced_until === null ? null : instant(times.silenced_until),
})
