import { DateTime } from 'luxon'
import { z } from 'zod'
import type { MappingContext } from '../context.ts'
import { type Conversion, type Converted, conversion, converted, ofText, refuse } from './conversion.ts'

const zone = z
  .string()
  .refine((name) => DateTime.utc().setZone(name).isValid, 'is not an IANA time zone such as Europe/Berlin')
  .optional()
const zoned = z.strictObject({ zone })

/**
 * A time without an offset is local to `zone`. A local time that a clock change skips is taken one hour later; one that
 * happens twice is its first.
 */
export const dateFunctions = {
  odooDatetime: conversion({
    about:
      'A moment as Odoo stores it: UTC, `YYYY-MM-DD HH:MM:SS`. `zone` is where a time without an offset was written (UTC if not given).',
    args: zoned,
    examples: [
      { from: '2026-03-01T10:00:00.750Z', to: '2026-03-01 10:00:00' },
      { from: '2026-07-01T10:00:00+02:00', to: '2026-07-01 08:00:00' },
      { from: '2026-07-01T10:00:00', args: { zone: 'Europe/Berlin' }, to: '2026-07-01 08:00:00' },
      { from: '2026-03-29T02:30:00', args: { zone: 'Europe/Berlin' }, to: '2026-03-29 01:30:00' },
      { from: '2026-10-25T02:30:00', args: { zone: 'Europe/Berlin' }, to: '2026-10-25 00:30:00' },
      { from: 'soon', to: '', refused: 'not_a_date' },
    ],
    convert: (value, args, context) => {
      const plain = typeof value === 'string' ? plainUtc(value) : undefined
      return plain === undefined ? inUtc(value, args, context) : converted(plain)
    },
  }),
  odooDate: conversion({
    about: "The day of a moment as Odoo stores it, in `zone` (the company's if not given).",
    args: zoned,
    examples: [
      { from: '2026-07-01T23:30:00Z', args: { zone: 'Europe/Berlin' }, to: '2026-07-02' },
      { from: '2026-07-01T23:30:00Z', to: '2026-07-01' },
    ],
    convert: moment((time, { zone: wanted }, context) =>
      time.setZone(wanted ?? context.company.timezone ?? 'utc').toFormat('yyyy-MM-dd'),
    ),
  }),
  instant: conversion({
    about: "A moment as the storefront writes it: ISO 8601 UTC with Z. Reads Odoo's notation too.",
    args: zoned,
    examples: [{ from: '2026-03-01 10:00:00', to: '2026-03-01T10:00:00.000Z' }],
    convert: moment((time) => time.toUTC().toISO() ?? refuse('not_a_date', 'is not a date', 'Write a date.')),
  }),
  addDays: conversion({
    about: 'Days later (or earlier), the same time of day in `zone` whatever the clocks do.',
    args: z.strictObject({ days: z.int(), zone }),
    examples: [
      { from: '2026-03-28T11:00:00Z', args: { days: 1, zone: 'Europe/Berlin' }, to: '2026-03-29T10:00:00.000Z' },
    ],
    convert: moment(
      (time, { days, zone: wanted }) =>
        time
          .setZone(wanted ?? 'utc')
          .plus({ days })
          .toUTC()
          .toISO() ?? refuse('not_a_date', 'is out of range', 'Correct the days.'),
    ),
  }),
  parseDate: conversion({
    about: 'Reads a moment or day written as `format` (dd.MM.yyyy, MM/dd/yyyy HH:mm …) in `zone`.',
    args: z.strictObject({ format: z.string().min(1), zone }),
    examples: [
      { from: '24.12.2026', args: { format: 'dd.MM.yyyy', zone: 'Europe/Berlin' }, to: '2026-12-23T23:00:00.000Z' },
    ],
    convert: ofText((text, args) => {
      const time = DateTime.fromFormat(text.trim(), args.format, { zone: args.zone ?? 'utc' })
      return (
        (time.isValid && first(time).toUTC().toISO()) ||
        refuse('not_a_date', `is not written as ${args.format}`, 'Correct the date.')
      )
    }),
  }),
  formatDate: conversion({
    about:
      'A moment or day written as `format` (dd.MM.yyyy HH:mm …) by the clocks of `zone`, in `language` (en if not given).',
    args: z.strictObject({
      format: z.string().min(1),
      zone,
      language: z
        .string()
        .regex(/^[a-z]{2}(-[A-Z]{2})?$/)
        .optional(),
    }),
    examples: [
      {
        from: '2026-07-01T22:30:00Z',
        args: { format: 'dd.MM.yyyy HH:mm', zone: 'Europe/Berlin' },
        to: '02.07.2026 00:30',
      },
      { from: '2026-03-01 10:00:00', args: { format: 'd MMMM yyyy', language: 'de' }, to: '1 März 2026' },
    ],
    convert: ofText((text, { format, zone: wanted, language }) => {
      const time = readMoment(text, 'utc')
      if (!time) return notADate()
      return time
        .setZone(wanted ?? 'utc')
        .setLocale(language ?? 'en')
        .toFormat(format)
    }),
  }),
} satisfies Record<string, Conversion>

const inUtc = moment<z.infer<typeof zoned>>((time) => time.toUTC().toFormat('yyyy-MM-dd HH:mm:ss'))

/** Storefronts nearly always write it like this, and reading any notation costs more than the rest of a rule. */
function plainUtc(text: string): string | undefined {
  const [, day, clock] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z$/.exec(text) ?? []
  if (day === undefined || clock === undefined) return undefined
  const time = new Date(`${day}T${clock}Z`)
  // A day or an hour that does not exist would roll over to the next.
  const exists = !Number.isNaN(time.getTime()) && time.toISOString().startsWith(`${day}T${clock}`)
  return exists ? `${day} ${clock}` : undefined
}

function moment<Args extends { zone?: string | undefined }>(
  change: (time: DateTime<true>, args: Args, context: MappingContext) => string | Converted,
) {
  return ofText<Args>((text, args, context) => {
    const time = readMoment(text, args.zone ?? 'utc')
    return time ? change(time, args, context) : notADate()
  })
}

function readMoment(text: string, zoneOfText: string): DateTime<true> | undefined {
  const iso = DateTime.fromISO(text.trim(), { zone: zoneOfText })
  const time = iso.isValid ? iso : DateTime.fromSQL(text.trim(), { zone: zoneOfText })
  return time.isValid ? first(time) : undefined
}

const notADate = () => refuse('not_a_date', 'is not a date', 'Write a date such as 2026-03-01T10:00:00Z.')

/** For a local time that happens twice Luxon takes the offset of today, and a mapping has no today. */
const first = (time: DateTime<true>): DateTime<true> => time.getPossibleOffsets()[0] ?? time
