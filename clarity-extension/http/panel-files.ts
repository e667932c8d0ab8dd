import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import compression from 'compression'
import express, { Router } from 'express'
import { Refusal } from './problem.ts'
import { nonceOf } from './security.ts'

/**
 * The built panel at /admin. Files with a hash in their name are kept by browsers for a year; the page itself carries the
 * nonce of its answer and is never kept. Every path without a dot is the page: the panel routes by itself.
 * @param dist folder that Vite built; looked into at each request, so that a new build needs no restart
 */
export function panelFiles(dist: string): Router {
  const router = Router()
  router.use(compression())
  router.use('/assets', express.static(join(dist, 'assets'), { immutable: true, maxAge: '1y', index: false }))
  router.use(express.static(dist, { index: false, maxAge: '1h' }))
  router.get('/{*path}', async (req, res, next) => {
    if (req.path.includes('.')) return next()
    const page = await readPage(dist)
    res.setHeader('Cache-Control', 'no-store')
    res.type('html').send(page.replaceAll(NONCE, nonceOf(res)))
  })
  return router
}

/** Vite writes it into every script, link and the csp-nonce meta element (html.cspNonce in panel/vite.config.ts). */
const NONCE = '__CSP_NONCE__'

async function readPage(dist: string): Promise<string> {
  try {
    return await readFile(join(dist, 'index.html'), 'utf8')
  } catch (error) {
    if (!isMissing(error)) throw error
    throw new Refusal(503, 'panel_not_built', 'The panel has not been built yet.', 'Run "npm run build", then reload.')
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'
