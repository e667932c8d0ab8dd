import { escapeSegment } from './json.ts'
import type { Rule } from './rules.ts'
import { read, type Scope } from './scope.ts'

export const isWildcard = ({ to }: Rule): boolean => to.endsWith('*')

/**
 * A rule with stars as one rule per field that the source has: `attributes.giftWrap` to `x_studio_gift_wrap`. Odoo's names are
 * of small letters, digits and underscores; towards the storefront a name stays as it is.
 */
export function named(rule: Rule, scope: Scope): Rule[] {
  if (!isWildcard(rule) || typeof rule.from !== 'string') return [rule]
  const source = rule.from.slice(0, -1)
  const target = rule.to.slice(0, -1)
  const { holder, begins } = fieldsAt(source, scope)
  return Object.keys(holder)
    .filter((key) => key.startsWith(begins) && key.length > begins.length && !reserved.includes(key))
    .map((key) => {
      const name = key.slice(begins.length)
      const plain = target.endsWith('.') ? name : odooName(name)
      const here = scope.at.pointer.slice(scope.root.pointer.length)
      return { ...rule, to: pathOf(target, plain, ''), from: pathOf(source, name, here) }
    })
}

/** `attributes.` are all fields of an object, `x_studio_` those of the record that begin so. */
function fieldsAt(source: string, scope: Scope): { holder: object; begins: string } {
  const dot = Math.max(source.lastIndexOf('.'), source.lastIndexOf('/'))
  const path = source.slice(0, Math.max(dot, 0))
  const { value } = path === '' ? scope.at : read(path, scope)
  const holder = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  return { holder, begins: source.slice(dot + 1) }
}

/** A name with a dot or slash of its own only stands in a pointer. */
function pathOf(prefix: string, name: string, here: string): string {
  if (!/[./~]/.test(name)) return `${prefix}${name}`
  const start = prefix.startsWith('/') ? prefix : `${here}/${prefix.replaceAll('.', '/')}`
  return `${start}${escapeSegment(name)}`
}

/** Names that would reach into the program instead of a record. */
const reserved = ['__proto__', 'prototype', 'constructor']

const odooName = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
