import { join } from 'node:path'
import express, { type ErrorRequestHandler, Router, urlencoded } from 'express'
import helmet from 'helmet'
import { z } from 'zod'
import { HttpProblem } from '../problem.ts'
import { type AdminParts, adminRoutes } from './admin.ts'
import { html } from './html.ts'
import { shopPage } from './layout.ts'
import { shopRoutes } from './shop.ts'

/** The shop and its admin, as plain pages: no script but one file, no inline anything. */
export function pages(parts: AdminParts): Router {
  const router = Router()
  router.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'"],
          connectSrc: ["'self'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
          baseUri: ["'none'"],
        },
      },
      // Spoken over http on the loopback.
      strictTransportSecurity: false,
    }),
  )
  router.use('/assets', express.static(join(import.meta.dirname, 'assets'), { index: false }))
  router.use(urlencoded({ extended: false, limit: '64kb' }))
  router.use((request, _response, next) => {
    // No sign-in, so a foreign page must not be able to post here; browsers say where a request comes from.
    const from = request.headers['sec-fetch-site']
    if (request.method === 'GET' || from === undefined || from === 'same-origin' || from === 'none') return next()
    throw new HttpProblem(403, 'cross_site', 'The shop takes forms from its own pages only.')
  })
  shopRoutes(router, parts.shop, parts.courier.kick)
  adminRoutes(router, parts)
  router.use(troublePage)
  return router
}

/** A refused form is a page that says why; what is no page goes on as JSON. */
const troublePage: ErrorRequestHandler = (error, request, response, next) => {
  const problem =
    error instanceof z.ZodError ? new HttpProblem(400, 'invalid_form', 'The form is not complete.') : error
  if (!(problem instanceof HttpProblem) || !request.accepts('html')) {
    next(problem)
    return
  }
  const body = html`<h1>That did not work</h1><p class="notice bad" role="alert">${problem.message}</p>
    <p><a href="/">To the shop</a></p>`
  response.status(problem.status).send(shopPage({ title: 'That did not work', here: '', body }))
}
