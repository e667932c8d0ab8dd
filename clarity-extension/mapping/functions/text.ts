import { z } from 'zod'
import { type Conversion, conversion, ofText, refuse } from './conversion.ts'
import { htmlToText, textToHtml } from './html.ts'

const none = z.strictObject({})

export const textFunctions = {
  trim: conversion({
    about: 'Takes spaces off both ends.',
    args: none,
    examples: [{ from: '  Jane ', to: 'Jane' }],
    convert: ofText((text) => text.trim()),
  }),
  collapse: conversion({
    about: 'Makes every run of spaces and line breaks one space.',
    args: none,
    examples: [{ from: ' Jane \n  Doe', to: 'Jane Doe' }],
    convert: ofText((text) => text.trim().replace(/\s+/gu, ' ')),
  }),
  clean: conversion({
    about: 'Takes out control characters that no database stores; line breaks and tabs stay, half an emoji goes.',
    args: none,
    examples: [{ from: 'a\u0000b\n\ud83d', to: 'ab\n\ufffd' }],
    convert: ofText(clean),
  }),
  upper: conversion({
    about: 'Capital letters.',
    args: none,
    examples: [{ from: 'straße', to: 'STRASSE' }],
    convert: ofText((text) => text.toUpperCase()),
  }),
  lower: conversion({
    about: 'Small letters.',
    args: none,
    examples: [{ from: 'Jane', to: 'jane' }],
    convert: ofText((text) => text.toLowerCase()),
  }),
  capitalize: conversion({
    about: 'A capital first letter, the rest as it is.',
    args: none,
    examples: [{ from: 'élan', to: 'Élan' }],
    convert: ofText((text) => text.replace(/^./u, (letter) => letter.toUpperCase())),
  }),
  title: conversion({
    about: 'Every word with a capital first letter, the rest of it small.',
    args: none,
    examples: [{ from: 'JANE van-doe', to: 'Jane Van-Doe' }],
    convert: ofText((text) =>
      text
        .toLowerCase()
        .replace(/\p{L}[\p{L}\p{M}'’]*/gu, (word) => word.replace(/^./u, (letter) => letter.toUpperCase())),
    ),
  }),
  digits: conversion({
    about: 'The digits of a text, nothing else.',
    args: none,
    examples: [{ from: '+49 (0)30 12-34', to: '490301234' }],
    convert: ofText((text) => text.replace(/\D/g, '')),
  }),
  padStart: conversion({
    about: 'Fills up with `with` in front until the text has `length` characters.',
    args: z.strictObject({ length: z.int().min(1).max(200), with: z.string().min(1).default('0') }),
    examples: [{ from: 42, args: { length: 6 }, to: '000042' }],
    convert: ofText((text, args) => text.padStart(args.length, args.with)),
  }),
  line: conversion({
    about:
      'Line `number` of a text that is broken between words into lines of at most `width` characters; empty when it has fewer.',
    args: z.strictObject({ number: z.int().min(1), width: z.int().min(1) }),
    examples: [
      { from: '12 St James Square, Westminster', args: { number: 1, width: 20 }, to: '12 St James Square,' },
      { from: '12 St James Square, Westminster', args: { number: 2, width: 20 }, to: 'Westminster' },
    ],
    convert: ofText((text, { number, width }) => brokenLines(text, width)[number - 1] ?? ''),
  }),
  truncate: conversion({
    about:
      'Holds a text to `length` characters. `overflow`: `problem` (default) refuses a longer one, `ellipsis` ends it with …, `cut` just ends it.',
    args: z.strictObject({
      length: z.int().min(1),
      overflow: z.enum(['problem', 'ellipsis', 'cut']).default('problem'),
    }),
    examples: [
      { from: 'abcdef', args: { length: 4, overflow: 'ellipsis' }, to: 'abc…' },
      { from: '👍👍👍', args: { length: 2, overflow: 'cut' }, to: '👍👍' },
      { from: 'abcdef', args: { length: 4 }, to: '', refused: 'too_long' },
    ],
    convert: ofText((text, { length, overflow }) => {
      if (text.length <= length) return text
      const letters = [...text]
      if (letters.length <= length) return text
      if (overflow === 'ellipsis') return `${letters.slice(0, length - 1).join('')}…`
      if (overflow === 'cut') return letters.slice(0, length).join('')
      return refuse('too_long', `has ${letters.length} characters and may have ${length}`, 'Shorten it and replay.')
    }),
  }),
  replace: conversion({
    about: 'Replaces every `find` by `with`, letter by letter.',
    args: z.strictObject({ find: z.string().min(1), with: z.string() }),
    examples: [{ from: 'A-1-2', args: { find: '-', with: '/' }, to: 'A/1/2' }],
    convert: ofText((text, args) => text.replaceAll(args.find, () => args.with)),
  }),
  prefix: conversion({
    about: 'Puts `text` in front.',
    args: z.strictObject({ text: z.string() }),
    examples: [{ from: '1001', args: { text: 'WEB-' }, to: 'WEB-1001' }],
    convert: ofText((text, args) => args.text + text),
  }),
  suffix: conversion({
    about: 'Puts `text` behind.',
    args: z.strictObject({ text: z.string() }),
    examples: [{ from: '12', args: { text: ' kg' }, to: '12 kg' }],
    convert: ofText((text, args) => text + args.text),
  }),
  email: conversion({
    about: 'An e-mail address as Odoo compares it: without spaces, in small letters.',
    args: none,
    examples: [{ from: ' Jane@Example.COM ', to: 'jane@example.com' }],
    convert: ofText((text) => text.trim().toLowerCase()),
  }),
  firstName: conversion({
    about: 'A full name without its last word. One word is a first name.',
    args: none,
    examples: [
      { from: 'Jane van Doe', to: 'Jane van' },
      { from: 'Prince', to: 'Prince' },
    ],
    convert: ofText((text) => splitName(text)[0]),
  }),
  lastName: conversion({
    about: 'The last word of a full name; empty when there is only one.',
    args: none,
    examples: [
      { from: 'Jane van Doe', to: 'Doe' },
      { from: 'Prince', to: '' },
    ],
    convert: ofText((text) => splitName(text)[1]),
  }),
  htmlToText: conversion({
    about: 'Plain text of HTML: paragraphs and breaks become lines, scripts and styles vanish.',
    args: none,
    examples: [{ from: '<p>Fish &amp; chips<br>hot</p><script>x</script>', to: 'Fish & chips\nhot' }],
    convert: ofText(htmlToText),
  }),
  textToHtml: conversion({
    about: 'Text as Odoo shows it in a rich-text field: nothing in it acts as HTML, line breaks stay.',
    args: none,
    examples: [{ from: 'a < b\nc', to: '<p>a &lt; b<br>c</p>' }],
    convert: ofText(textToHtml),
  }),
} satisfies Record<string, Conversion>

export function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters PostgreSQL and XML refuse
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '').toWellFormed()
}

/** Joined again by a space the two parts are the name, its spaces collapsed. */
export function splitName(full: string): [first: string, last: string] {
  const words = full.trim().split(/\s+/u)
  if (words.length < 2) return [words.join(' '), '']
  return [words.slice(0, -1).join(' '), words.at(-1) ?? '']
}

/** Joined again by spaces the lines are the text, its spaces collapsed, unless a word alone is longer than a line. */
export function brokenLines(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.trim().split(/\s+/u).filter(Boolean)) {
    const last = lines.at(-1)
    const longer = last === undefined ? undefined : `${last} ${word}`
    if (longer !== undefined && [...longer].length <= width) lines[lines.length - 1] = longer
    else lines.push(...pieces(word, width))
  }
  return lines
}

function pieces(word: string, width: number): string[] {
  const letters = [...word]
  const count = Math.ceil(letters.length / width)
  return Array.from({ length: count }, (_, index) => letters.slice(index * width, (index + 1) * width).join(''))
}
