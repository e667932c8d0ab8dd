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
