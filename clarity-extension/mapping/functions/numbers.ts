import { Decimal } from 'decimal.js'
import { z } from 'zod'
import { amount, currencyDigits, round } from '../../../shared/money.ts'
import type { Json } from '../json.ts'
import { type Conversion, type Converted, conversion, converted, isConverted, refuse } from './conversion.ts'

const none = z.strictObject({})
const decimalText = z.union([z.string().regex(/^-?\d+(\.\d+)?$/), z.number()])
const perKilogram = { kg: '1', g: '1000', lb: '2.2046226218487757', oz: '35.27396194958041' }
const perMetre = { m: '1', cm: '100', mm: '1000', in: '39.37007874015748', ft: '3.280839895013123' }
const perLitre = { l: '1', ml: '1000', m3: '0.001' }
const measures: Record<string, string>[] = [perKilogram, perMetre, perLitre]
const unit = z.enum(['kg', 'g', 'lb', 'oz', 'm', 'cm', 'mm', 'in', 'ft', 'l', 'ml', 'm3'])

export const numberFunctions = {
  text: conversion({
    about: 'A number, true or false as text.',
    args: none,
    examples: [{ from: 12, to: '12' }],
    convert: (value) =>
      typeof value === 'object'
        ? refuse('invalid_type', 'is not a single value', 'Map a single value.')
        : converted(String(value)),
  }),
  number: conversion({
    about: 'A JSON number, for quantities and percentages. Money stays text: use `decimal`.',
    args: none,
    examples: [
      { from: '20.50', to: 20.5 },
      { from: 'twenty', to: 0, refused: 'not_a_number' },
    ],
    convert: exact((value) => value.toNumber()),
  }),
  integer: conversion({
    about: 'A whole number; refuses a fraction.',
    args: none,
    examples: [
      { from: '3.0', to: 3 },
      { from: '3.5', to: 0, refused: 'not_whole' },
    ],
    convert: exact((value) =>
      value.isInteger()
        ? value.toNumber()
        : refuse(
            'not_whole',
            `is ${value.toFixed()}, not a whole number`,
            'Correct the number, or round it in the rule.',
          ),
    ),
  }),
  decimal: conversion({
    about: 'Decimal text in plain notation, without needless zeros.',
    args: none,
    examples: [
      { from: '12.500', to: '12.5' },
      { from: 3, to: '3' },
    ],
    convert: exact((value) => value.toFixed()),
  }),
  parseNumber: conversion({
    about: 'Reads a number as people write it, with `decimal` before its fraction and `group` between thousands.',
    args: z.strictObject({ decimal: z.enum(['.', ',']), group: z.enum(['', '.', ',', ' ', "'"]).default('') }),
    examples: [
      { from: '1.234,50', args: { decimal: ',', group: '.' }, to: '1234.5' },
      { from: '1.234,50', args: { decimal: '.', group: ',' }, to: '', refused: 'not_a_number' },
    ],
    convert(value, { decimal, group }) {
      const text = String(typeof value === 'object' ? '' : value).replace(/[\u00a0\u202f]/g, ' ')
      const [whole = '', fraction, ...rest] = text.trim().split(decimal)
      const digits = group === '' ? whole : whole.split(group).join('')
      const grouped = group === '' || /^[-+]?\d{1,3}$/.test(whole.split(group)[0] ?? '') || !whole.includes(group)
      const plain = fraction === undefined ? digits : `${digits}.${fraction}`
      const number = grouped && rest.length === 0 ? readDecimal(plain) : undefined
      return number
        ? converted(number.toFixed())
        : refuse('not_a_number', `is not a number written with “${decimal}”`, 'Correct the number, or the rule.')
    },
  }),
  boolean: conversion({
    about: 'true for true, 1, yes, y, on; false for false, 0, no, n, off.',
    args: none,
    examples: [
      { from: 'Yes', to: true },
      { from: 0, to: false },
      { from: 'maybe', to: false, refused: 'not_a_boolean' },
    ],
    convert: (value) => {
      const text = String(value).trim().toLowerCase()
      if (['true', '1', 'yes', 'y', 'on'].includes(text)) return converted(true)
      if (['false', '0', 'no', 'n', 'off'].includes(text)) return converted(false)
      return refuse('not_a_boolean', 'is neither yes nor no', 'Write yes or no.')
    },
  }),
  round: conversion({
    about: 'Rounds half away from zero to `digits` decimals.',
    args: z.strictObject({ digits: z.int().min(0).max(12) }),
    examples: [{ from: '-1.005', args: { digits: 2 }, to: '-1.01' }],
    convert: exact((value, { digits }) => round(value, digits).toFixed(digits)),
  }),
  roundMoney: conversion({
    about: "Rounds to the smallest coin of `currency` (the company's if not given).",
    args: z.strictObject({ currency: z.string().length(3).optional() }),
    examples: [
      { from: '10.5', args: { currency: 'JPY' }, to: '11' },
      { from: '10.5', args: { currency: 'KWD' }, to: '10.500' },
    ],
    convert: exact((value, { currency }, context) => {
      const digits = currencyDigits(currency ?? context.company.currency)
      return round(value, digits).toFixed(digits)
    }),
  }),
  toMinor: conversion({
    about: 'Money as a whole number of the smallest coins of `currency`.',
    args: z.strictObject({ currency: z.string().length(3) }),
    examples: [{ from: '12.34', args: { currency: 'USD' }, to: 1234 }],
    convert: exact((value, { currency }) => {
      const coins = value.times(amount(10).pow(currencyDigits(currency)))
      return coins.isInteger()
        ? coins.toNumber()
        : refuse('inexact', `has more decimals than ${currency} has`, 'Round it in the rule before.')
    }),
  }),
  fromMinor: conversion({
    about: 'Smallest coins of `currency` as money.',
    args: z.strictObject({ currency: z.string().length(3) }),
    examples: [{ from: 1234, args: { currency: 'USD' }, to: '12.34' }],
    convert: exact((value, { currency }) =>
      value.div(amount(10).pow(currencyDigits(currency))).toFixed(currencyDigits(currency)),
    ),
  }),
  add: conversion({
    about: 'Adds `value` exactly.',
    args: z.strictObject({ value: decimalText }),
    examples: [{ from: '0.1', args: { value: '0.2' }, to: '0.3' }],
    convert: exact((value, args) => value.plus(args.value).toFixed()),
  }),
  multiply: conversion({
    about: 'Multiplies by `by` exactly.',
    args: z.strictObject({ by: decimalText }),
    examples: [{ from: '19.99', args: { by: '3' }, to: '59.97' }],
    convert: exact((value, args) => value.times(args.by).toFixed()),
  }),
  divide: conversion({
    about: 'Divides by `by`, rounded half away from zero to `digits` decimals.',
    args: z.strictObject({
      by: decimalText.refine((by) => !amount(by).isZero(), 'must not be zero'),
      digits: z.int().min(0).max(12),
    }),
    examples: [{ from: '10', args: { by: '3', digits: 2 }, to: '3.33' }],
    convert: exact((value, args) => round(value.div(args.by), args.digits).toFixed(args.digits)),
  }),
  negate: conversion({
    about: 'The other sign.',
    args: none,
    examples: [{ from: '12.50', to: '-12.5' }],
    convert: exact((value) => (value.isZero() ? '0' : value.neg().toFixed())),
  }),
  unit: conversion({
    about: `A measure \`from\` one unit \`to\` another (${unit.options.join(', ')}), to 6 decimals.`,
    args: z
      .strictObject({ from: unit, to: unit })
      .refine(({ from, to }) => measures.some((one) => one[from] && one[to]), 'must measure the same thing'),
    examples: [
      { from: '180', args: { from: 'g', to: 'kg' }, to: '0.18' },
      { from: '1', args: { from: 'lb', to: 'g' }, to: '453.59237' },
    ],
    convert: exact((value, { from, to }) => {
      const measure = measures.find((one) => one[from] && one[to]) ?? {}
      const factor = amount(measure[to] ?? '1').div(measure[from] ?? '1')
      return round(value.times(factor), 6).toFixed()
    }),
  }),
} satisfies Record<string, Conversion>

type Result = Converted | Json

/** Reads a decimal exactly, never through a binary float, and hands it on. */
function exact<Args>(change: (value: Decimal, args: Args, context: Parameters<Conversion['convert']>[2]) => Result) {
  return (value: Json, args: Args, context: Parameters<Conversion['convert']>[2]): Converted => {
    const number = readDecimal(value)
    if (!number) return refuse('not_a_number', 'is not a number', 'Write a number such as 12.50.')
    const result = change(number, args, context)
    return isConverted(result) ? result : converted(result)
  }
}

export function readDecimal(value: Json | undefined): Decimal | undefined {
  if (typeof value === 'number') return amount(value)
  if (typeof value !== 'string' || !/^\s*[-+]?\d{1,30}(\.\d{1,30})?\s*$/.test(value)) return undefined
  return new Decimal(value.trim())
}
