import type { Extension } from '../extension.ts'
import type { Launch } from '../launch.ts'
import { type Html, html } from './html.ts'
import { badge } from './layout.ts'

/** @param newSecret shown this once, when the bridge does not know it yet */
export function extensionsView(extension: Extension, newSecret?: string): Html {
  const address = extension.address()
  const endpoint = extension.endpoint()
  const on = endpoint?.enabled === true
  return html`<h1>Extensions</h1>
    ${
      newSecret !== undefined &&
      html`<p class="notice" role="status">The bridge needs this webhook secret, shown only now:
      <code>${newSecret}</code>. Set it as CLARITY_WEBHOOK_SECRET.</p>`
    }
    <section class="card"><div class="row"><h2>Odoo</h2>${badge(on ? 'on' : 'off')}</div>
    <p>Orders become sale orders in Odoo; stock, shipments and status come back.</p>
    ${endpoint?.disabledReason === 'gone' && html`<p class="notice bad">The bridge answered 410 and was switched off.</p>`}
    ${endpoint?.disabledReason === 'exhausted' && html`<p class="notice bad">The bridge took nothing for days and was switched off. What it missed can be replayed.</p>`}
    <form class="fields" method="post" action="/admin/extensions/odoo">
      <label>Address of the bridge<input name="url" type="url" required value="${address?.url ?? 'http://127.0.0.1:4000'}"></label>
      <div class="row"><button name="action" value="${on ? 'disable' : 'enable'}"${on && html` class="plain"`}>${on ? 'Switch off' : 'Switch on'}</button>
      ${on && html`<a class="button" href="/admin/extensions/odoo/panel">Open the panel</a>`}</div></form>
    ${on && html`<form method="post" action="/admin/extensions/odoo/open" target="_blank"><button class="plain">Open it in a window of its own</button></form>`}</section>`
}

/** The panel in a frame of the admin, signed in. */
export const panelView = (launch: Launch): Html =>
  html`<h1 class="hidden">Odoo</h1><iframe class="panel" name="panel" allow="clipboard-write" title="The bridge's panel"></iframe>
    ${launchForm(launch, 'panel', true)}`

/** On its way to the panel as a page of its own. */
export const openView = (launch: Launch): Html => html`<h1>Opening the panel</h1>${launchForm(launch, '_self', false)}`

/** Sent by itself; the button is for whoever runs no script. */
const launchForm = ({ action, token }: Launch, target: string, embed: boolean): Html =>
  html`<form data-send method="post" action="${action}" target="${target}">
    <input type="hidden" name="token" value="${token}"><input type="hidden" name="embed" value="${embed ? '1' : '0'}">
    <noscript><button>Open the panel</button></noscript></form>`
