import { z } from 'zod'
import type { Json } from '../json.ts'
import { type Conversion, conversion, converted, refuse } from './conversion.ts'

const none = z.strictObject({})

export const listFunctions = {
  size: conversion({
    about: 'How many elements a list has.',
    args: none,
    examples: [{ from: ['a', 'b'], to: 2 }],
    convert: (value) => converted(Array.isArray(value) ? value.length : 1),
  }),
  unique: conversion({
    about: 'A list without repetitions.',
    args: none,
    examples: [{ from: ['a', 'b', 'a'], to: ['a', 'b'] }],
    convert: (value) => converted(Array.isArray(value) ? [...new Set(value)] : value),
  }),
  entries: conversion({
    about: 'Named values as a list, e.g. variant options as attributes.',
    args: none,
    examples: [{ from: { Color: 'Red' }, to: [{ name: 'Color', value: 'Red' }] }],
    convert: (value) =>
      isObject(value)
        ? converted(Object.entries(value).map(([name, entry]) => ({ name, value: entry ?? null })))
        : refuse('invalid_type', 'has no named values', 'Map an object such as options.'),
  }),
  fromEntries: conversion({
    about: 'The reverse of `entries`.',
    args: none,
    examples: [{ from: [{ name: 'Color', value: 'Red' }], to: { Color: 'Red' } }],
    convert: (value) =>
      converted(
        Object.fromEntries(
          (Array.isArray(value) ? value : [])
            .filter(isObject)
            .map((entry) => [String(entry.name), entry.value ?? null]),
        ),
      ),
  }),
  describe: conversion({
    about: 'Named values as one line.',
    args: none,
    examples: [{ from: { Color: 'Red', Size: 'M' }, to: 'Color: Red, Size: M' }],
    convert: (value) =>
      isObject(value)
        ? converted(
            Object.entries(value)
              .map(([name, entry]) => `${name}: ${typeof entry === 'object' ? JSON.stringify(entry) : String(entry)}`)
              .join(', '),
          )
        : refuse('invalid_type', 'has no named values', 'Map an object such as options.'),
  }),
  json: conversion({
    about: 'Anything as JSON text.',
    args: none,
    examples: [{ from: { a: 1 }, to: '{"a":1}' }],
    convert: (value) => converted(JSON.stringify(value)),
  }),
} satisfies Record<string, Conversion>

const isObject = (value: Json): value is Record<string, Json | undefined> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
