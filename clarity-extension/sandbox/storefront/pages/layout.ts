import { type Html, html } from './html.ts'

export interface Frame {
  title: string
  /** Which entry of the navigation this page is. */
  here: string
  body: Html
  /** Items in the cart; undefined in the admin. */
  cart?: number | undefined
}

/** The shop's pages. */
export const shopPage = ({ title, here, body, cart = 0 }: Frame): string =>
  document(
    title,
    html`<header class="bar"><a class="brand" href="/">Clarity <span>sandbox</span></a>
      <nav aria-label="Shop">${link('/', 'Shop', here)}${link('/cart', `Cart (${cart})`, here)}</nav>
      <a class="quiet" href="/admin">Admin</a></header>
      <main>${body}</main>
      <footer>A storefront to try the bridge with. Nothing here is charged and nothing is sent.</footer>`,
  )

/** The shop's back office. */
export const adminPage = ({ title, here, body }: Frame): string =>
  document(
    `${title} · Admin`,
    html`<header class="bar admin"><a class="brand" href="/admin">Clarity <span>admin</span></a>
      <nav aria-label="Admin">${link('/admin', 'Orders', here)}${link('/admin/inventory', 'Inventory', here)}${link(
        '/admin/webhooks',
        'Webhooks',
        here,
      )}${link('/admin/extensions', 'Extensions', here)}</nav>
      <a class="quiet" href="/">Shop</a></header>
      <main>${body}</main>
      <footer>The sandbox's admin has no sign-in: it answers on this machine only.</footer>`,
  )

const link = (href: string, name: string, here: string): Html =>
  html`<a href="${href}"${here === href && html` aria-current="page"`}>${name}</a>`

const document = (title: string, body: Html): string =>
  html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="icon" href="/assets/icon.svg"><link rel="stylesheet" href="/assets/storefront.css">
<script src="/assets/live.js" defer></script></head><body>${body}</body></html>`.html

/** `1234.5` USD as a person reads it. */
export const money = (value: string, currency: string): string =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).format(Number(value))

const WORDS: Record<string, string> = {
  onHold: 'on hold',
  partiallyShipped: 'partially shipped',
}

/** A status as a coloured word. */
export const badge = (status: string): Html => html`<span class="badge ${status}">${WORDS[status] ?? status}</span>`

/** An instant that the browser shows as it stands; the machine-readable one is beside it. */
export const instant = (iso: string): Html =>
  html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time>`
