import type { Json } from '../mapping/json.ts'

/** What values look like, by form alone. */
export type Format = keyof typeof formats

const formats = {
  email: /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
  image: /^(https?:\/\/\S+\.(jpe?g|png|webp|gif|svg)(\?\S*)?|data:image\/\S+)$/i,
  url: /^https?:\/\/\S+$/i,
  phone: /^(\+|00|\()[\d\s()./-]{6,}$|^\d{2,5}[\s/-][\d\s/-]{4,}$/,
  ean: /^(\d{8}|\d{12,14})$/,
  iban: /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/,
  taxid: /^(AT|BE|BG|CH|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK)[A-Z0-9]{8,12}$/,
  country: /^[A-Z]{2}$/,
  currency: /^[A-Z]{3}$/,
  language: /^[a-z]{2}([_-][A-Za-z]{2})?$/,
  timezone: /^(Africa|America|Asia|Atlantic|Australia|Europe|Pacific|UTC|Etc)(\/[A-Za-z_+-]+\d*)*$/,
  html: /<\/?(p|br|div|span|b|strong|ul|li|h[1-6])\b[^>]*>/i,
  ip: /^\d{1,3}(\.\d{1,3}){3}$/,
  date: /^\d{4}-\d\d-\d\d$/,
  datetime: /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/,
  number: /^-?\d+([.,]\d+)?$/,
} as const satisfies Record<string, RegExp>

/** The first format that (nearly) all values have; only values that are there count. */
export function formatOf(samples: readonly Json[]): { format: Format; matching: number; of: number } | undefined {
  const texts = samples.filter((value) => typeof value === 'string' && value !== '').map(String)
  if (texts.length === 0) return undefined
  for (const [format, pattern] of entries) {
    const matching = texts.filter((text) => pattern.test(text)).length
    if (matching / texts.length >= 0.9) return { format, matching, of: texts.length }
  }
  return undefined
}

const entries = Object.entries(formats).flatMap(([name, pattern]) => (isFormat(name) ? [[name, pattern] as const] : []))

function isFormat(name: string): name is Format {
  return name in formats
}

export const hasFormat = (format: Format, text: string): boolean => formats[format].test(text)
