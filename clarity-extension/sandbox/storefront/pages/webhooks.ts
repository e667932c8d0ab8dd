import { z } from 'zod'
import { deliveryCounts } from '../control.ts'
import type { Endpoints } from '../endpoints.ts'
import type { Shop } from '../shop.ts'
import { type Html, html } from './html.ts'
import { badge, instant } from './layout.ts'

const row = z.object({
  type: z.string(),
  subject: z.string(),
  state: z.string(),
  attempts: z.int(),
  error: z.string().nullable(),
  created_at: z.int(),
  due_at: z.int(),
})

/** Who is told, and what became of the last deliveries. */
export function webhooksView(shop: Shop, endpoints: Endpoints): Html {
  const all = shop.endpoints.list({ pageSize: 200, pageIndex: 0 }).results
  const rows = z.array(row).parse(
    shop.db
      .prepare(
        `SELECT e.type, e.subject, d.state, d.attempts, d.error, e.created_at, d.due_at
         FROM deliveries d JOIN events e ON e.seq = d.event_seq ORDER BY d.id DESC LIMIT 50`,
      )
      .all(),
  )
  return html`<div class="stack"><section class="card"><h2>Endpoints</h2>${
    all.length === 0
      ? html`<p class="quiet">Nobody is told yet. Switch on an <a href="/admin/extensions">extension</a>.</p>`
      : html`<div class="scroll"><table><tbody>${all.map(
          ({
            id,
            url,
            events,
            enabled,
            disabledReason,
          }) => html`<tr><td>${badge(enabled ? 'on' : 'off')} ${disabledReason}</td>
          <td><code>${url}</code></td><td>${events.length} events</td><td class="number">${endpoints.secrets(id).length} secrets</td></tr>`,
        )}</tbody></table></div>`
  }</section>
  <section class="card"><div class="row"><h2>Deliveries</h2>${Object.entries(deliveryCounts(shop)).map(
    ([state, n]) => html`<span>${badge(state)} ${n}</span>`,
  )}</div><div class="scroll"><table><thead><tr><th>Event</th><th>Of</th><th>When</th><th>State</th><th>Attempts</th><th>Trouble</th></tr></thead>
  <tbody>${rows.map(
    (
      one,
    ) => html`<tr><td>${one.type}</td><td><code>${one.subject}</code></td><td>${instant(new Date(one.created_at).toISOString())}</td>
    <td>${badge(one.state)}</td><td>${one.attempts}</td><td>${one.error}${one.state === 'pending' && one.error && html`, again ${instant(new Date(one.due_at).toISOString())}`}</td></tr>`,
  )}</tbody></table></div></section></div>`
}
