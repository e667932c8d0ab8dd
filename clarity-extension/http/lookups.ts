import { Router } from 'express'
import { z } from 'zod'
import type { Answer } from '../../shared/outcome.ts'
import type { Choices, LookupDesk, Saved, ValueRow } from '../lookups/desk.ts'
import { type FileFormat, readEntries, writeEntriesFile } from '../lookups/file.ts'
import type { Json } from '../mapping/json.ts'
import type { components } from '../panel/schema.d.ts'
import { Refusal } from './problem.ts'
import { cursor, given, limit } from './query.ts'
import { sessionOf } from './session.ts'
import { instant } from './views.ts'

type Schemas = components['schemas']

export interface LookupsPort extends LookupDesk {
  /** Reads the storefront for values. */
  discover(): Promise<Answer<{ values: number }>>
}

/** Value tables: what a value of one side is called on the other. */
export function lookupRoutes(lookups: LookupsPort): Router {
  const router = Router()

  router.get('/lookups', async (_req, res) => {
    const body: Schemas['Lookups'] = { items: await lookups.tables() }
    res.json(body)
  })

  router.post('/lookups/discover', async (_req, res) => {
    const answer = await lookups.discover()
    if (!answer.ok)
      throw new Refusal(
        503,
        'storefront_away',
        answer.outcome.kind === 'correct' ? answer.outcome.problems[0].message : answer.outcome.message,
        'Test the storefront connection, then read again.',
      )
    const body: Schemas['LookupsFound'] = { values: answer.value.values }
    res.json(body)
  })

  router.get('/lookups/export', async (req, res) => {
    const { format } = exportQuery.parse(req.query)
    const body: Schemas['LookupsFile'] = { format, text: writeEntriesFile(await lookups.own(), format) }
    res.json(body)
  })

  router.post('/lookups/import', async (req, res) => {
    const { format, text, rehearse } = importBody.parse(req.body)
    const read = readEntries(text, format)
    if (!read.ok)
      throw new Refusal(400, 'unreadable_file', `Line ${read.line}: ${read.message}`, 'Correct the file and try again.')
    const saved = rehearse
      ? await lookups.rehearse(read.entries)
      : await lookups.save(read.entries, sessionOf(res).user)
    res.json(importView(saved))
  })

  router.get('/lookups/:table', async (req, res) => {
    const query = valuesQuery.parse(req.query)
    const found = await lookups.values(req.params.table, {
      search: query.q,
      onlyOpen: query.show === 'open',
      offset: query.cursor,
      limit: query.limit,
    })
    if (!found) throw noTable(req.params.table)
    const { table, rows, total } = found
    const next = (query.cursor ?? 0) + rows.length
    const body: Schemas['LookupValues'] = {
      name: req.params.table,
      title: table.title,
      about: table.about,
      keys: table.keys ?? 'clarity',
      items: rows.map(valueView),
      total,
      nextCursor: next < total ? String(next) : null,
    }
    res.json(body)
  })

  router.get('/lookups/:table/choices', async (req, res) => {
    const { q = '', key } = choicesQuery.parse(req.query)
    res.json(choicesView(await lookups.choices(req.params.table, q, key)))
  })

  router.put('/lookups/:table/entry', async (req, res) => {
    const { key, result, shown } = entryBody.parse(req.body)
    const saved = await lookups.save([{ table: req.params.table, key, result, shown }], sessionOf(res).user)
    res.json(savedView(saved))
  })

  router.delete('/lookups/:table/entry', async (req, res) => {
    const { key } = keyQuery.parse(req.query)
    const saved = await lookups.save([{ table: req.params.table, key, result: undefined }], sessionOf(res).user)
    res.json(savedView(saved))
  })

  router.post('/lookups/:table/release', async (req, res) => {
    const { key } = releaseBody.parse(req.body ?? {})
    const body: Schemas['Moved'] = { moved: await lookups.release(req.params.table, key, sessionOf(res).user) }
    res.json(body)
  })

  return router
}

const valueView = ({ at, lastAt, result, ...row }: ValueRow): Schemas['LookupValue'] => ({
  ...row,
  result: result === undefined ? null : result,
  mapped: result !== undefined,
  at: at === null ? null : instant(at),
  lastAt: lastAt === null ? null : instant(lastAt),
})

const choicesView = (choices: Choices): Schemas['LookupChoices'] => ({
  ...choices,
  items: choices.items.map(({ result, ...rest }) => ({ ...rest, result })),
})

function savedView(saved: Saved): Schemas['LookupSaved'] {
  if (saved.ok) return { changed: saved.changed, released: saved.released }
  const [problem] = saved.problems
  if (problem?.code === 'no_such_table') throw noTable(problem.table)
  throw new Refusal(
    problem?.code === 'not_checked' ? 503 : 422,
    problem?.code ?? 'refused',
    problem?.message ?? 'The entry cannot be saved.',
    problem?.remedy ?? 'Correct it and try again.',
  )
}

const importView = (saved: Saved): Schemas['LookupsImported'] =>
  saved.ok
    ? { changed: saved.changed, released: saved.released, problems: [] }
    : { changed: 0, released: 0, problems: saved.problems }

const noTable = (name: string) =>
  new Refusal(404, 'no_such_table', `There is no table “${name.slice(0, 40)}”.`, 'Choose one of the tables listed.')

const key = z.string().min(1).max(300)
const json: z.ZodType<Json> = z.json()
const formats = z.enum(['json', 'csv']) satisfies z.ZodType<FileFormat>
const valuesQuery = z.object({
  q: given(z.string().trim().max(200)),
  show: given(z.enum(['open', 'all'])),
  cursor: given(cursor),
  limit: limit.default(100),
})
const choicesQuery = z.object({ q: given(z.string().trim().max(200)), key: given(key) })
const keyQuery = z.object({ key })
const entryBody = z.strictObject({
  key,
  result: json,
  shown: z
    .string()
    .max(300)
    .nullish()
    .transform((text) => text ?? null),
})
const releaseBody = z.strictObject({ key: key.optional() })
const exportQuery = z.object({ format: formats.default('json') })
const importBody = z.strictObject({
  format: formats,
  text: z.string().max(60_000),
  rehearse: z.boolean().default(false),
})
