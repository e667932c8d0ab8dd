import type { Request, Response } from 'express'

/** SKU to pieces, kept in a cookie: the shop needs no sessions. */
export type Cart = Map<string, number>

const NAME = 'cart'
const MOST = 20

export function readCart(request: Request): Cart {
  const cookies = (request.headers.cookie ?? '').split(/;\s*/)
  const value = cookies.find((cookie) => cookie.startsWith(`${NAME}=`))?.slice(NAME.length + 1) ?? ''
  const cart: Cart = new Map()
  for (const part of value.split('.').slice(0, MOST)) {
    const [name = '', count = ''] = part.split('*')
    const sku = decoded(name)
    if (sku !== '' && /^[1-9]\d{0,2}$/.test(count)) cart.set(sku, Number(count))
  }
  return cart
}

export function writeCart(response: Response, cart: Cart): void {
  const parts = [...cart].filter(([, count]) => count > 0).slice(0, MOST)
  const value = parts
    .map(([sku, count]) => `${encodeURIComponent(sku).replaceAll('.', '%2E')}*${Math.min(count, 999)}`)
    .join('.')
  response.cookie(NAME, value, { httpOnly: true, sameSite: 'strict', path: '/', encode: (text) => text })
}

export const pieces = (cart: Cart): number => [...cart.values()].reduce((sum, count) => sum + count, 0)

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A cookie that somebody edited.
    return ''
  }
}
