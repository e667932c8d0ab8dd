import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import express from 'express'
import type { Browser, BrowserContext } from 'playwright-core'
import { build } from 'vite'
import { z } from 'zod'
import { panelFiles } from '../../clarity-extension/http/panel-files.ts'
import { secureHeaders } from '../../clarity-extension/http/security.ts'
import { signIn } from '../panel/browser.ts'
import { startPanel } from '../panel/server.ts'
import { launchChromium } from '../support/chromium.ts'
import { median, percentile } from './figures.ts'

const ROUNDS = 15

/**
 * From the navigation to a page that answers a click, with nothing cached: the panel's first page with an hour of history, beside an
 * empty page of the same framework (React, Mantine, TanStack) that the same server sends. Interleaved rounds; the panel is signed in.
 */
export async function run(report: (metric: string, value: number, unit: string) => void): Promise<void> {
  const panel = await startPanel('well')
  const empty = await startEmpty()
  const browser = await launchChromium()
  try {
    const first = await browser.newContext()
    await signIn(await first.newPage(), panel)
    const signedIn = await first.storageState()
    await first.close()
    const times: { panel: number[]; empty: number[] } = { panel: [], empty: [] }
    for (let round = -1; round < ROUNDS; round++) {
      const took = {
        empty: await interactive(browser, `${empty.url}/admin/`, 'main button', undefined),
        panel: await interactive(browser, `${panel.url}/admin/`, 'main button, main a', signedIn),
      }
      // The first round warms the server and the browser.
      if (round < 0) continue
      times.panel.push(took.panel)
      times.empty.push(took.empty)
    }
    report('interactive_ms', median(times.panel), 'ms')
    report('interactive_p90_ms', percentile(times.panel, 90), 'ms')
    report('empty_interactive_ms', median(times.empty), 'ms')
    report('interactive_ratio', median(times.panel) / median(times.empty), 'x')
  } finally {
    await browser.close()
    await panel.close()
    await empty.close()
  }
}

type State = Awaited<ReturnType<BrowserContext['storageState']>>

/** Milliseconds until the heading and a control stand and the page's thread has time for a click. */
async function interactive(browser: Browser, url: string, control: string, state: State | undefined): Promise<number> {
  const context = await browser.newContext({ ...(state ? { storageState: state } : {}) })
  const page = await context.newPage()
  await page.addInitScript((control) => {
    const look = new MutationObserver(() => {
      if (!document.querySelector('main h1') || !document.querySelector(control)) return
      look.disconnect()
      requestIdleCallback(() => performance.mark('interactive'))
    })
    look.observe(document, { childList: true, subtree: true })
  }, control)
  await page.goto(url)
  const took = await page.waitForFunction(() => performance.getEntriesByName('interactive')[0]?.startTime)
  const ms = z.number().parse(await took.jsonValue())
  await context.close()
  return ms
}

async function startEmpty(): Promise<{ url: string; close(): Promise<void> }> {
  const dist = await mkdtemp(join(tmpdir(), 'bench-panel-'))
  process.env.NODE_ENV = 'production'
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'panel-empty'),
    base: '/admin/',
    plugins: [react()],
    html: { cspNonce: '__CSP_NONCE__' },
    logLevel: 'warn',
    build: { outDir: dist, emptyOutDir: true, target: 'es2022' },
  })
  const app = express()
  app.use(...secureHeaders(() => []))
  app.use('/admin', panelFiles(dist))
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = z.object({ port: z.number() }).parse(server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await rm(dist, { recursive: true })
    },
  }
}
