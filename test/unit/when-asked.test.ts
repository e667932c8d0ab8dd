import express, { Router } from 'express'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { whenAsked } from '../../clarity-extension/http/when-asked.ts'

/** An app with a part that can be loaded once `there` says so. */
function appWith(there: () => boolean) {
  const seen = { loads: 0, closed: 0 }
  const part = whenAsked(async () => {
    seen.loads++
    if (!there()) throw new Error('the file is not there')
    return { router: Router().get('/page', (_req, res) => void res.send('page')), close: () => void seen.closed++ }
  })
  const app = express()
  app.use('/api', part.router)
  app.use((_error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    res.status(500).end()
  })
  return { app, part, seen }
}

describe('a part of the app that is loaded when it is asked for', () => {
  it('is loaded once, by the first request, however many come at once', async () => {
    const { app, part, seen } = appWith(() => true)
    expect(seen.loads).toBe(0)
    await Promise.all([1, 2, 3].map(() => request(app).get('/api/page').expect(200, 'page')))
    expect(seen.loads).toBe(1)
    await part.close()
    expect(seen.closed).toBe(1)
  })

  it('is asked for again where loading failed', async () => {
    let there = false
    const { app, seen } = appWith(() => there)
    await request(app).get('/api/page').expect(500)
    there = true
    await request(app).get('/api/page').expect(200, 'page')
    expect(seen.loads).toBe(2)
  })

  it('closes what nobody asked for without loading it', async () => {
    const { part, seen } = appWith(() => true)
    await part.close()
    expect(seen).toEqual({ loads: 0, closed: 0 })
  })
})
