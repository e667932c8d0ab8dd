import { type Html, html } from './html.ts'

/** One line drawing per product, on a 64 by 64 sheet. */
const drawings: Record<string, string> = {
  'Classic tee': 'M22 12 10 18l5 11 6-3v26h22V26l6 3 5-11-12-6c-2 4-5 6-10 6s-8-2-10-6z',
  'Trail hoodie':
    'M24 14 12 20l3 30h7V34m0 18h20V34m0 16h7l3-30-12-6c0 6-3 9-8 9s-8-3-8-9c2-5 14-5 16 0M29 24v8m6-8v8M26 42h12v10H26z',
  'Merino socks': 'M24 10h14v22l10 10c4 4-1 11-7 9L27 42c-2-2-3-4-3-7zM24 18h14M30 44l8-8',
  "Children's rain boots": 'M22 10h14v26l12 4c4 2 4 10 2 14H22zM22 46h29M22 18h14',
  'Canvas tote': 'M16 24h32l3 30H13zM24 24v-6c0-10 16-10 16 0v6',
  'Enamel mug': 'M16 18h26v28c0 4-3 6-6 6H22c-3 0-6-2-6-6zM42 24h4c8 0 8 16 0 16h-4M14 18h30',
  'Steel bottle': 'M28 8h8v6h-8zM27 14c0 6-5 6-5 12v26c0 3 2 4 4 4h12c2 0 4-1 4-4V26c0-6-5-6-5-12zM22 34h20',
  'Desk lamp': 'M16 54h20M26 54V36l16-16M36 14l14 14c-8 4-12 4-18-2-4-4-2-10 4-12zM44 34l4 8',
  'Wool blanket': 'M12 16h40v32H12zM12 24h40M12 40h40M16 48v6m8-6v6m8-6v6m8-6v6m8-6v6M24 24v16m8-16v16m8-16v16',
  'Field notebook': 'M18 10h30v44H18zM18 16h-4m4 8h-4m4 8h-4m4 8h-4m4 8h-4M26 22h14M26 30h14',
  'A Year of Small Boats':
    'M14 12h16c2 0 2 2 2 4v36c0-2-1-3-3-3H14zM50 12H34c-2 0-2 2-2 4v36c0-2 1-3 3-3h15zM18 32c4 4 7 4 10 0M23 20v10m0-10 5 8h-5',
  'Coffee beans': 'M20 14h24v40H20zM20 20h24M26 8h12l2 6H24zM32 30c-6 4-6 12 0 16 6-4 6-12 0-16zm0 0c2 5-2 11 0 16',
  'Loose leaf tea': 'M12 24h32v10c0 9-6 14-16 14S12 43 12 34zM44 26c9-2 9 12 0 11M10 54h36M28 18c-4-4 4-6 0-10',
  'First-aid kit': 'M10 20h44v32H10zM24 20v-6h16v6M32 28v16M24 36h16',
  'Reusable mask':
    'M14 24c10-6 26-6 36 0v12c-6 14-30 14-36 0zM14 26c-10 0-8 14 2 14M50 26c10 0 8 14-2 14M22 32h20M24 38h16',
}

const PARCEL = 'M12 20 32 10l20 10v24L32 54 12 44zM12 20l20 10 20-10M32 30v24M22 15l20 10'

/** Decoration: the name stands beside it. */
export const art = (templateName: string): Html => html`<svg class="art" viewBox="0 0 64 64" aria-hidden="true"
  ><path d="${drawings[templateName] ?? PARCEL}"/></svg>`
