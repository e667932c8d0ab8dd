import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Debian's package, see scripts/test.ts; CHROMIUM names another one. */
export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'

export const chromiumInstalled = (): boolean => existsSync(chromiumPath)

/** A headless browser with a new, empty profile that asks nobody but the page's own server. Close it in `afterAll`. */
export function launchChromium(): Promise<Browser> {
  if (!chromiumInstalled()) throw new Error(`No Chromium at ${chromiumPath}: apt-get install chromium, or set CHROMIUM`)
  return chromium.launch({
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
}
