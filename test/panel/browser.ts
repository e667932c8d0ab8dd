import axe from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'
import { PASSWORD, type PanelServer } from './server.ts'

/** Signs in through the form, as a person does. */
export async function signIn(
  page: Page,
  server: PanelServer,
  path = '/admin/',
  who = { name: 'admin', password: PASSWORD },
  language: keyof typeof form = 'en',
): Promise<void> {
  const { name, password, button } = form[language]
  await page.goto(`${server.url}${path}`)
  await page.getByLabel(name, { exact: true }).fill(who.name)
  await page.getByLabel(password, { exact: true }).fill(who.password)
  await page.getByRole('button', { name: button }).click()
  await page.getByRole('navigation').first().waitFor()
}

const form = {
  en: { name: 'Name', password: 'Password', button: 'Sign in' },
  de: { name: 'Name', password: 'Passwort', button: 'Anmelden' },
}

/** Everything a page complains about: a violated policy, an error, a failed request that is not an expected refusal. */
export function complaints(context: BrowserContext): string[] {
  const found: string[] = []
  context.on('page', (page) => {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') found.push(message.text())
    })
    page.on('pageerror', (error) => found.push(String(error)))
  })
  return found
}

/** What axe calls serious or critical, with where it stands. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // Once per document: it is half a megabyte.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  const violations = await page.evaluate(async () => {
    const { violations } = await window.axe.run({ resultTypes: ['violations'] })
    return violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      where: nodes.map((node) => node.html).slice(0, 3),
    }))
  })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, where }) => `${id}: ${where.join(' | ')}`)
}

declare global {
  interface Window {
    axe: typeof axe
  }
}
