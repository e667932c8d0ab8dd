import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { PanelServer } from './server.ts'
import { standing } from './stand.ts'

let server: PanelServer
let page: Page
let found: string[]
standing('well', { fresh: true }, (stand) => {
  ;({ server, page, found } = stand)
})

const side = (name: string) => page.getByRole('region', { name })

describe('connections', () => {
  it('replace a key and a webhook secret with a click and a yes each', async () => {
    await page.goto(`${server.url}/admin/connections`)
    const odoo = side('Odoo 19')
    await odoo.getByText('Calls go through.').waitFor()
    const replace = async (nth: number, said: string) => {
      await odoo.getByRole('button', { name: 'Replace' }).nth(nth).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Replace' }).click()
      await page.getByText(said).waitFor()
    }
    await replace(0, 'The API key was replaced.')
    await odoo.getByText('The one before is revoked:').waitFor()
    await replace(1, 'The webhook secret was replaced.')
    await odoo.getByText('The one before is accepted as well until').waitFor()
    expect(server.ledger.moves).toEqual(['key by admin', 'secret of odoo by admin'])
    expect(found).toEqual([])
  })

  it('take new values that work, and say what is wrong with others', async () => {
    await page.goto(`${server.url}/admin/connections`)
    const odoo = side('Odoo 19')
    const key = odoo.getByLabel('API key', { exact: true })
    await key.fill('wrong')
    await odoo.getByRole('button', { name: 'Try and save' }).click()
    await odoo.getByText('Make a new key for the service user in Odoo and enter it here.').waitFor()
    expect(server.ledger.moves).toEqual([])
    await key.fill('right')
    await odoo.getByRole('button', { name: 'Try and save' }).click()
    await page.getByText('Saved. It holds from now on.').waitFor()
    await expect.poll(() => key.inputValue()).toBe('')
    expect(server.ledger.moves).toEqual(['odoo apiKey by admin'])
  })

  it('show what was refused and the way out, and a failure as one', async () => {
    server.show('failing')
    await page.goto(`${server.url}/admin/connections`)
    await side('Odoo 19').getByText('Odoo refuses the key: it has expired.').waitFor()
    server.ledger.broken = true
    await page.reload()
    await page.getByRole('button', { name: 'Try again' }).first().waitFor()
  })
})
