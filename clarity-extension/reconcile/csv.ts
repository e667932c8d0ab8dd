import { stringify } from 'csv-stringify/sync'
import type { DriftRow } from './drifts.ts'
import type { Takings } from './takings.ts'

/**
 * Tables for a spreadsheet. A cell that begins with =, +, -, @ or a control character would be run there as a formula, so it gets
 * a quote before it; figures of ours stay figures.
 */
export const csvOf = (columns: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string =>
  stringify([columns, ...rows.map((row) => row.map(safe))], { record_delimiter: 'windows', bom: true })

const FORMULA = /^[=+\-@\t\r＝＋－＠]/
const FIGURE = /^-?\d+(\.\d+)?$/

function safe(cell: string | number | null): string | number {
  if (typeof cell !== 'string') return cell ?? ''
  return FORMULA.test(cell) && !FIGURE.test(cell) ? `'${cell}` : cell
}

export const driftsCsv = (rows: readonly DriftRow[]): string =>
  csvOf(
    ['kind', 'record', 'key', 'storefront', 'odoo', 'first seen', 'last seen', 'event'],
    rows.map((row) => [
      row.kind,
      row.subject,
      row.key,
      row.clarity,
      row.odoo,
      new Date(row.firstSeenAt).toISOString(),
      new Date(row.lastSeenAt).toISOString(),
      row.eventId,
    ]),
  )

export const takingsCsv = ({ firstDay, lastDay, totals, unmatched }: Takings): string =>
  csvOf(
    ['part', 'order', 'payment', 'method', 'journal', 'day', 'currency', 'storefront', 'odoo', 'difference or reason'],
    [
      ...totals.map((total) => [
        'total',
        null,
        null,
        total.method,
        total.journal,
        `${firstDay} to ${lastDay}`,
        total.currency,
        total.clarity,
        total.odoo,
        total.difference,
      ]),
      ...unmatched.map((one) => [
        'unmatched',
        one.order,
        one.payment,
        one.method,
        one.journal,
        one.day,
        one.currency,
        one.clarity,
        one.odoo,
        one.why,
      ]),
    ],
  )
