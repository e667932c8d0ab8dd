import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import compression from 'compression'
import express, { Router } from 'express'
import { Refusal } from './problem.ts'
import { nonceOf } from './security.ts'

/**
 * The built panel at /admin. Files with a hash in their name are kept by browsers for a year; the page itself carries the
 * nonce of its answer and is never kept. Every path without a dot is the page: the panel routes by itself.
 * @param dist folder that Vite built; read at the first request, so that a build may still be running
 */
export function panelFiles(dist: string): Router {
  let page: string | undefined
  const router = Router()
  router.use(compression())
  router.use('/assets', express.static(join(dist, 'assets'), { immutable: true, maxAge: '1y', index: false }))
  router.use(express.static(dist, { index: false, maxAge: '1h' }))
  router.get('/{*path}', (req, res, next) => {
    if (req.path.includes('.')) return next()
    page ??= readPage(dist)
    res.setHeader('Cache-Control', 'no-store')
    res.type('html').send(page.replaceAll(NONCE, nonceOf(res)))
  })
  return router
}

/** Vite writes it into every script, link and the csp-nonce meta element (html.cspNonce in panel/vite.config.ts). */
const NONCE = '__CSP_NONCE__'

function readPage(dist: string): string {
  try {
    return readFileSync(join(dist, 'index.html'), 'utf8')
  } catch {
    throw new Refusal(503, 'panel_not_built', 'The panel has not been built yet.', 'Run "npm run build", then reload.')
  }
}
