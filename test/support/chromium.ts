import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { PATIENCE_MS } from './until.ts'

/** Debian's package, see scripts/test.ts; CHROMIUM names another one. */
export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'

export const chromiumInstalled = (): boolean => existsSync(chromiumPath)

/** A headless browser with a new, empty profile that asks nobody but the page's own server. Close it in `afterAll`. */
export async function launchChromium(): Promise<Browser> {
  if (!chromiumInstalled()) throw new Error(`No Chromium at ${chromiumPath}: apt-get install chromium, or set CHROMIUM`)
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    headless: true,
    args: [
      '--no-sandbox', // as root it does not start otherwise
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
  const newContext = browser.newContext.bind(browser)
  browser.newContext = async (options) => {
    const context = await newContext(options)
    context.setDefaultTimeout(PATIENCE_MS)
    return context
  }
  return browser
}
