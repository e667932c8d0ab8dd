import { z } from 'zod'
import { lookUp } from '../lookups.ts'
import { type Conversion, conversion, ofText, refuse } from './conversion.ts'

const none = z.strictObject({})

export const placeFunctions = {
  country: conversion({
    about: 'A two-letter country code in capitals, by the table of countries first. Reads `UK` as GB and `EL` as GR.',
    args: none,
    examples: [
      { from: 'us', to: 'US' },
      { from: 'UK', to: 'GB' },
      { from: 'Narnia', to: '', refused: 'not_a_country' },
    ],
    convert: ofText((text, _args, { lookups }) => {
      const own = lookUp(lookups, 'country', text.trim())?.result
      if (typeof own === 'string') return own
      const code = text.trim().toUpperCase()
      if (code === 'UK') return 'GB'
      if (code === 'EL') return 'GR'
      return /^[A-Z]{2}$/.test(code)
        ? code
        : refuse('not_a_country', 'is not a country code', 'Write the two letters of ISO 3166-1, e.g. US.')
    }),
  }),
  regionCode: conversion({
    about: 'The part of a region code inside its country, in capitals; a region written out stays as it is.',
    args: none,
    examples: [
      { from: 'US-mi', to: 'MI' },
      { from: 'mi', to: 'MI' },
      { from: 'Greater London', to: 'Greater London' },
    ],
    convert: ofText((text) => regionCode(text) ?? text.trim()),
  }),
} satisfies Record<string, Conversion>

/** `MI` of `mi` or `US-MI`; undefined for a region that is written out. */
export function regionCode(region: string): string | undefined {
  const code = region.trim().toUpperCase()
  return /^(?:[A-Z]{2}-)?([A-Z0-9]{1,3})$/.exec(code)?.[1]
}
