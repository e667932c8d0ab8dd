import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import compression from 'compression'
import express, { type RequestHandler, Router } from 'express'
import { Refusal } from './problem.ts'
import { nonceOf } from './security.ts'
import { cookieOf } from './session-cookie.ts'

/**
 * The built panel at /admin. Files with a hash in their name are kept by browsers for a year; the page itself carries the
 * nonce of its answer, says whether a session came with the request, and is never kept. Every path without a dot is the page: the panel routes by itself.
 * @param dist folder that Vite built; looked into at each request, so that a new build needs no restart
 */
export function panelFiles(dist: string): Router {
  const router = Router()
  router.use(compression())
  router.use('/assets', precompressed(join(dist, 'assets')))
  router.use('/assets', express.static(join(dist, 'assets'), { immutable: true, maxAge: '1y', index: false }))
  router.use(express.static(dist, { index: false, maxAge: '1h' }))
  router.get('/{*path}', async (req, res, next) => {
    if (req.path.includes('.')) return next()
    const page = await readPage(dist)
    res.setHeader('Cache-Control', 'no-store')
    const session = cookieOf(req) ? 'kept' : 'none'
    res.type('html').send(page.replaceAll(NONCE, nonceOf(res)).replace(SESSION, session))
  })
  return router
}

/** Scripts and styles are compressed once, at the build (scripts/build.ts): smaller than on the way, and no request waits for it. */
const precompressed =
  (root: string): RequestHandler =>
  (req, res, next) => {
    const name = /^\/([\w.-]+\.(js|css))$/.exec(req.path)
    // Browsers name both as equal; one is smaller.
    const encoding = req.acceptsEncodings('br') || req.acceptsEncodings('gzip')
    if (!name || !encoding) return next()
    res.vary('Accept-Encoding')
    res.type(name[2] ?? '').setHeader('Content-Encoding', encoding)
    const file = `${name[1]}.${encoding === 'br' ? 'br' : 'gz'}`
    res.sendFile(file, { root, immutable: true, maxAge: '1y' }, (error) => {
      if (!error || res.headersSent) return
      // A build of another tool: the file as it is.
      res.removeHeader('Content-Encoding')
      res.removeHeader('Content-Type')
      next()
    })
  }

/** Vite writes it into every script, link and the csp-nonce meta element (html.cspNonce in panel/vite.config.ts). */
const NONCE = '__CSP_NONCE__'
/** In panel/index.html: panel/public/early.js then asks at once for what takes a session. */
const SESSION = '__SESSION__'

async function readPage(dist: string): Promise<string> {
  try {
    return await readFile(join(dist, 'index.html'), 'utf8')
  } catch (error) {
    if (!isMissing(error)) throw error
    throw new Refusal(503, 'panel_not_built', 'The panel has not been built yet.', 'Run "npm run build", then reload.')
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'
