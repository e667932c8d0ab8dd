import type { Problem } from '../../../shared/outcome.ts'
import type { Origins } from '../engine.ts'

/** Fields that were derived, and the one of the storefront's order that a person would look at. */
const derived: [RegExp, string][] = [
  [/\/written\/percent$/, '/discount'],
  [/(\/shippingLines\/\d+)\/written\/unitPrice$/, '$1/amount'],
  [/\/written\/(unitPrice|taxRate)$/, '/$1'],
  [/^\/carrierMethod$/, '/shippingLines/0/method'],
  [/^\/exchange\/(?:total|companyTotal)$/, '/total'],
  [/^\/exchange\/\w+$/, '/currency'],
  [/\/written\/\w+$/, ''],
  [/^\/(?:contact|customer|billingAddress)\/address(?=\/)/, '/billingAddress'],
  [/\/(?:recipient|companyLine)$/, '/name'],
  [/\/region(?:Code|Text)$/, '/region'],
  [/^\/(?:contact|customer|billingAddress)\/place\/\w+$/, '/billingAddress/country'],
  [/\/ownEmail$/, '/email'],
  [/^\/parties\/(?:billing|shipping)$/, ''],
  [/^\/parties\/\w+$/, '/contact'],
]

export const visible = (pointer: string): string =>
  derived.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), pointer)

export const visibleOrigins = (origins: Origins): Origins =>
  Object.fromEntries(Object.entries(origins).map(([target, source]) => [target, visible(source)]))

export const visibleProblem = (problem: Problem): Problem =>
  problem.field === undefined ? problem : { ...problem, field: visible(problem.field) }
