import { type Request, Router } from 'express'
import { z } from 'zod'
import type { components } from '../panel/schema.d.ts'
import { isSeriesRule, isWatchRule, mayHold, type RuleSetting, type WatchRule } from '../watch/anomalies/rules.ts'
import type { Anomaly, Chart, Watchman } from '../watch/anomalies/types.ts'
import { Refusal } from './problem.ts'
import { cursor, given } from './query.ts'
import { sessionOf } from './session.ts'
import { instant } from './views.ts'

type Schemas = components['schemas']
export type AnomaliesPort = Pick<Watchman, 'list' | 'decide' | 'chart' | 'rules' | 'changeRule'>

/** What was out of the ordinary, with the range that is ordinary, and what the merchant wants done about it. */
export function anomalyRoutes(watchman: AnomaliesPort): Router {
  const router = Router()

  router.get('/anomalies', async (req, res) => {
    const { cursor, open } = listQuery.parse(req.query)
    const page = await watchman.list({ ...(cursor === undefined ? {} : { cursor }), open })
    const body: Schemas['AnomalyPage'] = {
      items: page.rows.map(anomalyView),
      nextCursor: page.next === null ? null : String(page.next),
      learningHours: page.learningHours,
    }
    res.json(body)
  })

  router.post('/anomalies/:id/verdict', async (req, res) => {
    const { verdict } = verdictRequest.parse(req.body ?? {})
    const id = z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .safeParse(req.params.id)
    const anomaly = id.success ? await watchman.decide(id.data, verdict, sessionOf(res).user) : undefined
    if (!anomaly)
      throw new Refusal(
        404,
        'no_such_anomaly',
        `There is no anomaly ${String(req.params.id).slice(0, 40)}.`,
        'Reload the page.',
      )
    res.json(anomalyView(anomaly))
  })

  router.get('/anomalies/series/:series', async (req, res) => {
    const series = req.params.series
    if (!isSeriesRule(series))
      throw new Refusal(
        404,
        'no_such_series',
        'There is no series of this name.',
        'Choose one of the series that the anomaly rules name.',
      )
    const { hours } = chartQuery.parse(req.query)
    res.json(chartView(await watchman.chart(series, hours)))
  })

  router.get('/anomaly-rules', async (_req, res) => {
    const body: Schemas['AnomalyRules'] = { items: (await watchman.rules()).map(ruleView) }
    res.json(body)
  })

  router.patch('/anomaly-rules/:rule', async (req, res) => {
    const rule = ruleIn(req)
    const { action } = ruleChange.parse(req.body ?? {})
    if (action === 'hold' && !mayHold(rule))
      throw new Refusal(
        409,
        'cannot_hold',
        'Hours and stock levels cannot be held: they have happened.',
        'Choose to be notified, or switch the rule off.',
      )
    res.json(ruleView(await watchman.changeRule(rule, action, sessionOf(res).user)))
  })

  return router
}

const listQuery = z.object({
  cursor: given(cursor),
  open: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
})
const verdictRequest = z.strictObject({ verdict: z.enum(['useful', 'normal']) })
const chartQuery = z.object({ hours: z.coerce.number().int().min(24).max(1_000).default(168) })
const ruleChange = z.strictObject({ action: z.enum(['off', 'notify', 'hold']) })

function ruleIn(req: Request): WatchRule {
  const rule = String(req.params.rule)
  if (isWatchRule(rule)) return rule
  throw new Refusal(404, 'no_such_rule', 'There is no such rule.', 'Reload the page for the rules there are.')
}

const ruleView = ({ rule, action, tolerance }: RuleSetting): Schemas['AnomalyRule'] => ({
  rule,
  action,
  tolerance,
  mayHold: mayHold(rule),
  series: isSeriesRule(rule),
})

function anomalyView(row: Anomaly): Schemas['Anomaly'] {
  return {
    id: String(row.id),
    rule: row.rule,
    about: row.about,
    eventId: row.event_id === null ? null : String(row.event_id),
    subject: row.subject,
    direction: row.direction,
    beganAt: instant(Number(row.began_at)),
    endedAt: row.ended_at === null ? null : instant(Number(row.ended_at)),
    seen: row.seen,
    low: row.low,
    high: row.high,
    expected: row.expected,
    hours: row.hours,
    held: row.action === 'hold',
    verdict: row.verdict,
    decidedBy: row.decided_by,
  }
}

const chartView = ({ series, from, hours }: Chart): Schemas['AnomalyChart'] => ({ series, from: instant(from), hours })
