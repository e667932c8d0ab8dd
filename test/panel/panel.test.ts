import type { BrowserContext, Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { seriousFaults, signIn } from './browser.ts'
import { PASSWORD, type PanelServer } from './server.ts'
import { standing } from './stand.ts'

let server: PanelServer
let context: BrowserContext
let page: Page
let found: string[]
standing('failing', { timezoneId: 'Europe/Berlin' }, (stand) => {
  ;({ server, context, page, found } = stand)
})

const open = (path: string) => page.goto(`${server.url}/admin${path}`)
const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()

describe('sign-in', () => {
  beforeEach(() => context.clearCookies())

  it('says what is wrong and what to do, then opens the page that was asked for', async () => {
    await open('/activity?show=failed')
    await page.getByLabel('Password', { exact: true }).fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    const alert = page.getByRole('alert')
    await alert.waitFor()
    await expect.poll(() => alert.textContent()).toContain('do not match. Check both.')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.keyboard.press('Enter')
    await heading('Activity')
    await expect.poll(() => page.getByRole('button', { name: 'Failed' }).getAttribute('aria-pressed')).toBe('true')
  })

  it('ends with sign-out: the page, the session and what was read are gone', async () => {
    await signIn(page, server)
    await page.getByRole('link', { name: 'Activity' }).click()
    await heading('Activity')
    await page.getByRole('button', { name: 'Preferences' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await heading('Sign in to the bridge')
    await page.goBack()
    await heading('Sign in to the bridge')
    await page.getByRole('navigation').waitFor({ state: 'hidden' })
  })

  it('comes back by itself when the session has ended', async () => {
    await signIn(page, server)
    await context.clearCookies()
    // Whatever the page asks next is refused; when it asks by itself, before the click, the link is gone.
    const asked = page.getByRole('link', { name: 'Needs attention' }).first().click()
    const signedOut = heading('Sign in to the bridge')
    await Promise.race([asked, signedOut])
    await signedOut
  })
})

describe('overview', () => {
  it('says the worst thing first and what to do about it', async () => {
    await open('/')
    await heading('Odoo is not being written to.')
    const odoo = page.getByRole('article').filter({ hasText: 'Odoo 19' })
    await expect.poll(() => odoo.textContent()).toMatch(/The key is not accepted.*Enter a valid key.*23 records wait/)
    await odoo.getByRole('button', { name: 'Resume' }).click()
    await heading('12 events need you.')
    expect(server.ledger.moves).toEqual(['resume odoo by admin'])
    await page.getByRole('link', { name: /^Failed/ }).click()
    await heading('Needs attention')
  })

  it('tests a connection step by step', async () => {
    await open('/')
    const odoo = page.getByRole('article').filter({ hasText: 'Odoo 19' })
    await odoo.getByRole('button', { name: 'Test' }).click()
    await odoo.getByText('A check did not pass.').waitFor()
    await expect
      .poll(() => odoo.getByRole('listitem').allTextContents())
      .toEqual([
        'passed: Reachable Odoo 19.0 answered in 48 ms.',
        expect.stringMatching(/did not pass: Credentials.*Create a new key/),
      ])
  })

  it('asks before it pauses', async () => {
    server.show('well')
    await open('/')
    const clarity = page.getByRole('article').filter({ hasText: 'Clarity storefront' })
    await clarity.getByRole('button', { name: 'Pause' }).click()
    const dialog = page.getByRole('dialog', { name: 'Pause Clarity storefront?' })
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(server.ledger.moves).toEqual([])
    await clarity.getByRole('button', { name: 'Pause' }).click()
    await dialog.getByRole('button', { name: 'Pause' }).click()
    await heading('Storefront is not being written to.')
    expect(server.ledger.moves).toEqual(['pause clarity by admin'])
  })

  it('follows the bridge without a reload', async () => {
    server.show('well')
    await open('/')
    await heading('All is well.')
    server.show('failing')
    await heading('Odoo is not being written to.')
    server.show('empty')
    await heading('All is quiet.')
  })
})

describe('activity', () => {
  const rows = () => page.locator('a[data-row]')

  it('keeps its filter in the address and loads further pages', async () => {
    server.show('many')
    await open('/activity')
    await rows().first().waitFor()
    await expect.poll(() => rows().count()).toBe(50)
    await page.getByRole('button', { name: 'Load more' }).click()
    await rows().nth(99).waitFor()
    await page.getByLabel('Kind').selectOption('order.created')
    await page.getByRole('searchbox', { name: 'Search' }).or(page.getByLabel('Search order number')).fill('#315')
    await page.waitForURL(/type=order.created.*q=/)
    await page.waitForFunction(() => document.querySelectorAll('a[data-row]').length === 10)
    await page.reload()
    await rows().first().waitFor()
    await expect.poll(() => rows().count()).toBe(10)
    expect((await rows().allTextContents()).every((text) => /#315\d.*Order placed/.test(text))).toBe(true)
  })

  it('is walked by keyboard', async () => {
    await open('/activity')
    await rows().first().waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    const second = await rows().nth(1).getAttribute('href')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${server.url}${second}`)
    await page.goBack()
    await page.keyboard.press('/')
    await page.keyboard.type('jk')
    await expect.poll(() => page.getByLabel('Search order number').inputValue()).toBe('jk')
  })

  it('shows what arrives and what changes, where the filter lets it', async () => {
    await open('/activity?show=failed')
    await rows().first().waitFor()
    const before = await rows().count()
    const [newest] = server.ledger.events
    if (!newest) throw new Error('no events')
    const arrived = { ...newest, id: 90_001, subject: '#9001', lane: 'order:9001', state: 'dead' as const }
    server.ledger.events.unshift(arrived, { ...arrived, id: 90_000, subject: '#9000', state: 'done' as const })
    await rows().filter({ hasText: '#9001' }).waitFor()
    await expect.poll(() => rows().first().textContent()).toContain('#9001')
    await expect.poll(() => rows().count()).toBe(before + 1)
    await server.ledger.replay({ ids: [90_001] }, 'somebody')
    await rows().filter({ hasText: '#9001' }).filter({ hasText: 'Waiting' }).waitFor()
  })
})

describe('one event', () => {
  const idOf = (cause: string) => server.ledger.events.find((event) => event.cause === cause)?.id

  it('tells what is wrong, what to do, and is replayed', async () => {
    await open(`/activity/${idOf('unknown_sku')}`)
    await page.getByRole('region', { name: 'What is wrong' }).waitFor()
    const trouble = await page.getByRole('region', { name: 'What is wrong' }).textContent()
    expect(trouble).toMatch(/\/items\/0\/sku = MUG-BULE.*What to do.*internal reference MUG-BULE/)
    await page.getByRole('button', { name: 'Replay' }).click()
    await page.getByText('Back in line').waitFor()
    await page.getByRole('region', { name: 'What is wrong' }).waitFor({ state: 'hidden' })
    expect(server.ledger.moves).toEqual([`ready ${idOf('unknown_sku')} by admin`])
  })

  it('is told from the webhook to Odoo, each step with its data, the person hidden until asked', async () => {
    server.show('well')
    const order = server.ledger.events.find((event) => event.type === 'order.created' && event.state === 'done')
    await open(`/activity/${order?.id}`)
    await page.getByText('Received from the storefront').waitFor()
    await page.getByText(/^In Odoo: S0\d+$/).waitFor()
    await expect
      .poll(() => page.getByRole('link', { name: 'Open in Odoo' }).getAttribute('href'))
      .toMatch(/odoo\.example\.com/)
    await page.getByText('apply', { exact: true }).click()
    await expect
      .poll(() => page.getByRole('region', { name: 'Data of the step apply' }).textContent())
      .toContain('sale.order')
    await page.getByText('Message as it came').click()
    const message = page.getByRole('region', { name: 'Message as it came' })
    await expect.poll(() => message.textContent()).not.toContain('ada@example.com')
    await page.getByRole('button', { name: 'Show it' }).click()
    await message.getByText('ada@example.com').waitFor()
  })

  it('shows both sums of one that is held, and is rejected with a reason', async () => {
    await open(`/activity/${idOf('totals_differ')}`)
    await page.getByText('129.91', { exact: true }).waitFor()
    await expect
      .poll(() => page.getByRole('row').allTextContents())
      .toEqual(['SKUStorefrontOdoo', 'MUG-BLUE119.90119.91'])
    await page.getByRole('button', { name: 'Reject' }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('sold by phone')
    await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click()
    await page.getByText('Set aside').waitFor()
    expect(server.ledger.moves).toHaveLength(1)
  })

  it('folds many attempts and says that it gave up', async () => {
    await open(`/activity/${idOf('timeout')}`)
    await page.getByText('Attempt 8: Gave up').waitFor()
    await expect.poll(() => page.getByText(/^Attempt \d/).count()).toBe(2)
    await page.getByRole('button', { name: 'Show 6 earlier attempts' }).click()
    await expect.poll(() => page.getByText(/^Attempt \d/).count()).toBe(8)
  })

  it('says so when it is not there', async () => {
    await open('/activity/424242')
    await page.getByRole('alert').getByText('There is no event 424242.').waitFor()
  })
})

describe('needs attention', () => {
  it('replays all of one cause, and the counter follows', async () => {
    await open('/attention')
    const group = page.getByRole('article').filter({ hasText: 'Odoo does not know this SKU' })
    await group.waitFor()
    await expect.poll(() => group.textContent()).toMatch(/Failed: 7 events.*What to do/)
    await group.getByRole('button', { name: 'Replay all' }).click()
    await page.getByText('7 events are back in line.').waitFor()
    await group.waitFor({ state: 'detached' })
    await page.getByRole('link', { name: /Needs attention\s*5/ }).waitFor()
    expect(server.ledger.moves).toHaveLength(7)
  })

  it('leads to the events of a cause', async () => {
    await open('/attention')
    await page.getByRole('link', { name: 'View all 3' }).click()
    await heading('Activity')
    await page.locator('a[data-row]').first().waitFor()
    await expect.poll(() => page.locator('a[data-row]').count()).toBe(3)
    await page.getByRole('button', { name: 'Remove the filter by cause' }).click()
    await page.waitForURL((url) => !url.search.includes('cause'))
  })
})

describe('every page', () => {
  for (const [path, title] of [
    ['/', /./],
    ['/activity', 'Activity'],
    ['/attention', 'Needs attention'],
    ['/activity/1157', /./],
    ['/settings/audit', 'Settings'],
  ] as const)
    it(`shows bones while it loads, says when it cannot, and recovers: ${path}`, async () => {
      // The live stream would mend the page before anybody could click.
      await page.route('**/api/live', (route) => route.abort())
      const gate = Promise.withResolvers<void>()
      await page.route(/\/api\/(overview|events|failures|audit)/, async (route) => {
        await gate.promise
        await route.continue()
      })
      await open(path)
      await page.getByRole('status', { name: 'Loading…' }).waitFor()
      server.ledger.broken = true
      gate.resolve()
      const failure = page.getByRole('main').getByRole('alert')
      await failure.waitFor()
      await expect.poll(() => failure.textContent()).toMatch(/could not answer.*Try again.*Request [0-9a-f-]{36}/)
      server.ledger.broken = false
      await failure.getByRole('button', { name: 'Try again' }).click()
      await heading(title)
      await failure.waitFor({ state: 'hidden' })
    })

  it('says when the bridge itself does not answer', async () => {
    await page.route(/\/api\/overview|\/api\/live/, (route) => route.abort())
    await open('/')
    await page.getByText('Check that the extension is running').waitFor()
  })

  it('speaks German, completely, and remembers it', async () => {
    await open('/')
    await page.getByRole('button', { name: 'Preferences' }).click()
    await page.getByRole('menuitem', { name: 'Deutsch' }).click()
    await heading('Odoo: Zustellung angehalten.')
    await page.reload()
    await heading('Odoo: Zustellung angehalten.')
    await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('de')
    // The server says it in English.
    const odoo = page.getByRole('article').filter({ hasText: 'Odoo 19' })
    await odoo.getByRole('button', { name: 'Prüfen' }).click()
    await odoo.getByText('Erreichbar', { exact: true }).waitFor()
    expect(found).toEqual([])
  })

  it('keeps the chosen appearance', async () => {
    await open('/')
    await page.getByRole('button', { name: 'Preferences' }).click()
    await page.getByRole('menuitem', { name: 'Dark' }).click()
    await page.reload()
    await expect.poll(() => page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark')
  })
})

describe('the palette and the keys', () => {
  const field = () => page.getByRole('combobox', { name: 'Search or run a command' })
  // A select of the page has options, too.
  const options = () => page.getByRole('listbox', { name: 'Search or run a command' }).getByRole('option')

  it('goes, finds and remembers, by keyboard alone', async () => {
    await open('/')
    await heading('Odoo is not being written to.')
    await page.keyboard.press('Control+k')
    await field().waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.keyboard.type('rec')
    await options().first().waitFor()
    await page.keyboard.press('Enter')
    await heading('Reconciliation')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).not.toBe('combobox')

    const dead = server.ledger.events.find(({ state }) => state === 'dead')
    await page.getByRole('button', { name: 'Search or run' }).click()
    await field().fill(dead?.subject ?? '')
    const found = options().filter({ hasText: dead?.subject ?? '' })
    await found.filter({ hasText: 'Failed' }).first().waitFor()
    await expect.poll(() => options().first().getAttribute('aria-selected')).toBe('true')
    await page.keyboard.press('ArrowUp')
    await expect.poll(() => options().last().getAttribute('aria-selected')).toBe('true')
    await expect
      .poll(() => field().getAttribute('aria-activedescendant'))
      .toBe(await options().last().getAttribute('id'))
    await page.keyboard.press('Enter')
    await heading('Activity')
    await page.waitForURL(/activity\?q=/)

    // What was opened last stands first the next time.
    await page.keyboard.press('Control+k')
    await page.getByRole('group', { name: 'Opened last' }).getByRole('option', { name: 'Reconciliation' }).waitFor()
    await page.keyboard.press('Escape')
    await field().waitFor({ state: 'hidden' })
  })

  it('asks before it pauses, and syncs, changes the language and the appearance at once', async () => {
    server.show('well')
    await open('/')
    await heading('All is well.')
    await page.keyboard.press('Control+k')
    await field().fill('pause clarity')
    await options().filter({ hasText: 'Pause Clarity storefront' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('option', { name: 'Cancel' }).waitFor()
    expect(server.ledger.moves).toEqual([])
    await page.keyboard.press('Enter')
    await heading('Storefront is not being written to.')
    expect(server.ledger.moves).toEqual(['pause clarity by admin'])
    await page.keyboard.press('Control+k')
    await field().fill('language')
    await options().filter({ hasText: 'Deutsch' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Übersicht' }).first().waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Suchen oder' }).fill('dunkel')
    await page.getByRole('option', { name: 'Darstellung: Dunkel' }).waitFor()
    await page.keyboard.press('Enter')
    await page.locator('html[data-mantine-color-scheme=dark]').waitFor()
  })

  it('does not offer what the role may not, nor what nothing is called', async () => {
    await context.clearCookies()
    await signIn(page, server, '/admin/', { name: 'vic', password: 'twelve letters' })
    await page.keyboard.press('Control+k')
    await options().first().waitFor()
    await expect
      .poll(() =>
        options()
          .filter({ hasText: /Pause|Resume|Sync now/ })
          .count(),
      )
      .toBe(0)
    await expect.poll(() => options().filter({ hasText: 'Appearance' }).count()).toBe(2)
    await field().fill('people')
    await page
      .getByText('Nothing is called “people”', { exact: false })
      .or(options().filter({ hasText: 'All activity' }))
      .first()
      .waitFor()
    await expect.poll(() => options().filter({ hasText: 'Settings' }).count()).toBe(0)
  })

  it('goes by g and a letter, and shows all keys behind ?', async () => {
    await open('/activity')
    await heading('Activity')
    await page.keyboard.press('g')
    await page.keyboard.press('e')
    await heading('Entities')
    await page.keyboard.press('g')
    await page.keyboard.press('o')
    await heading('Odoo is not being written to.')
    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await help.waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.keyboard.press('g')
    await page.keyboard.press('a')
    await page.keyboard.press('Escape')
    await help.waitFor({ state: 'hidden' })
    await heading('Odoo is not being written to.')
  })
})
