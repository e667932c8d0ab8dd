import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { complaints, signIn } from './browser.ts'
import type { Scenario } from './scenarios.ts'
import { type PanelServer, startPanel } from './server.ts'

export interface Stand {
  browser: Browser
  server: PanelServer
  context: BrowserContext
  page: Page
  /** What the page complained about: `complaints`. */
  found: string[]
}

/**
 * The panel with a history, and before each test an empty page of somebody who is signed in.
 * @param fresh a server of its own for each test, where a test changes more than the history
 */
export function standing(
  history: Scenario,
  { fresh = false, ...options }: { fresh?: boolean } & BrowserContextOptions,
  take: (stand: Stand) => void,
): void {
  let browser: Browser
  let server: PanelServer
  let context: BrowserContext
  let storageState: Awaited<ReturnType<BrowserContext['storageState']>>

  beforeAll(async () => {
    browser = await launchChromium()
    server = await startPanel(history)
    const first = await browser.newContext()
    await signIn(await first.newPage(), server)
    // Once, and good for every server of the file: all have the same secret, and browsers keep cookies by host.
    storageState = await first.storageState()
    await first.close()
  })
  beforeEach(async () => {
    if (fresh) {
      await server.close()
      server = await startPanel(history)
    }
    server.show(history)
    server.ledger.moves = []
    context = await browser.newContext({ locale: 'en-GB', ...options, storageState })
    const found = complaints(context)
    take({ browser, server, context, page: await context.newPage(), found })
  })
  afterEach(() => context.close())
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })
}
