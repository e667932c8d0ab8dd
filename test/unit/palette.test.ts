import { describe, expect, it } from 'vitest'
import { match } from '../../clarity-extension/panel/parts/match.ts'
import { destinations, places } from '../../clarity-extension/panel/parts/places.ts'

describe('a command is found', () => {
  it.each([
    ['rec', 'Reconciliation', 0],
    ['odoo pa', 'Pause Odoo 19', 1],
    ['ubersicht', 'Übersicht', 0],
    ['SYNC ord', 'Sync now: Read orders of Odoo', 3],
    ['', 'Anything', 0],
  ])('by the beginnings of its words: %j is %j', (typed, name, rank) => {
    expect(match(typed, name)).toBe(rank)
  })

  it.each([
    ['conciliation', 'Reconciliation'],
    ['pause clarity', 'Pause Odoo 19'],
  ])('and by nothing else: %j is not %j', (typed, name) => {
    expect(match(typed, name)).toBeUndefined()
  })
})

describe('the places', () => {
  it('have a key each', () => {
    expect(new Set(places.map(({ key }) => key)).size).toBe(places.length)
  })

  it('show nobody what their role may not read', () => {
    const to = (role: 'viewer' | 'operator' | 'admin') => destinations(role).map((page) => page.to)
    expect(to('admin')).toContain('/settings/users')
    expect(to('operator')).not.toContain('/settings/users')
    expect(to('viewer')).toEqual(to('operator'))
  })
})
