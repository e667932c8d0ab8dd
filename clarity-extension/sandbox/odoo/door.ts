import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { OdooError } from './error.ts'
import { fieldsOf } from './models.ts'

export interface DoorOptions {
  /** Whether a key is one of the service user's. */
  isKey(given: string): boolean
  /** The one database there is. */
  database: string
  methods: Record<string, (body: unknown) => unknown>
}

/** Where RPC comes in: `/json/2/clarity.bridge/<method>`, with Odoo's own errors and its HTML 404 for a wrong database. */
export function door({ isKey, database, methods }: DoorOptions): Router {
  const router = Router()
  router.get(['/web/version', '/json/version'], (_request, response) => {
    response.json({ version_info: [19, 0, 0, 'final', 0, ''], version: '19.0' })
  })
  router.get('/web/health', (_request, response) => {
    response.set('cache-control', 'no-store').json({ status: 'pass', db_server_status: true })
  })
  router.post('/json/2/:model/:method', inDatabase(database), signedIn(isKey), jsonBody, (request, response) => {
    const { model, method } = target.parse(request.params)
    const call = model === 'clarity.bridge' && Object.hasOwn(methods, method) ? methods[method] : undefined
    if (!call) throw unknownMethod(model, method)
    response.json(call(request.body ?? {}))
  })
  router.use('/json/2', asOdooError)
  return router
}

const target = z.object({ model: z.string(), method: z.string() })
const MAX_BODY = '32mb'

const inDatabase =
  (database: string): RequestHandler =>
  (request, response, next) => {
    const asked = request.header('x-odoo-database')
    if (asked === undefined || asked === database) next()
    else response.status(404).type('html').send(NO_DATABASE)
  }

const NO_DATABASE = `<!DOCTYPE html>
<title>404 Not Found</title>
<h1>Not Found</h1>
<p>No database is selected and the requested URL was not found in the server-wide controllers.</p>
`

const signedIn =
  (isKey: (given: string) => boolean): RequestHandler =>
  (request, _response, next) => {
    const given = /^bearer (.+)$/i.exec(request.header('authorization') ?? '')?.[1]
    if (given === undefined) {
      const message = 'User not authenticated, use an API Key with a Bearer Authorization header.'
      throw new OdooError('werkzeug.exceptions.Unauthorized', message)
    }
    if (!isKey(given)) throw new OdooError('werkzeug.exceptions.Unauthorized', 'Invalid apikey')
    next()
  }

const parseJson = express.json({ limit: MAX_BODY, type: 'application/json' })

const jsonBody: RequestHandler = (request, response, next) => {
  parseJson(request, response, (error?: unknown) => {
    if (!error) return next()
    const reason = error instanceof Error ? error.message : String(error)
    next(new OdooError('werkzeug.exceptions.BadRequest', `could not parse the body as json: ${reason}`))
  })
}

function unknownMethod(model: string, method: string): OdooError {
  if (model === 'clarity.bridge') {
    return new OdooError('werkzeug.exceptions.NotFound', `The method 'clarity.bridge.${method}' does not exist`)
  }
  if (!fieldsOf(model)) return new OdooError('werkzeug.exceptions.NotFound', `the model '${model}' does not exist`)
  const message = `The Odoo stand-in speaks clarity.bridge only; ${model}.${method} needs a real Odoo: npm run odoo -- up`
  return new OdooError('builtins.NotImplementedError', message)
}

const asOdooError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (!(error instanceof OdooError)) return next(error)
  const { name, message, status } = error
  response.status(status).json({ name, message, arguments: [message], context: {}, debug: '' })
}
