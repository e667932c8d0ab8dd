import type { Schemas } from './api.ts'
import type { Filter } from './queries.ts'

/** The filter as the address holds it: a link to it shows the same list. */
export interface Search {
  show?: Group
  type?: string
  cause?: string
  q?: string
}

export const groups = {
  open: ['ready', 'running'],
  delivered: ['done'],
  quiet: ['skipped', 'dismissed'],
  failed: ['dead'],
  held: ['held'],
} as const satisfies Record<string, readonly Schemas['EventState'][]>
export type Group = keyof typeof groups

export function readSearch(given: Record<string, unknown>): Search {
  const search: Search = {}
  if (isGroup(given.show)) search.show = given.show
  if (typeof given.type === 'string' && given.type) search.type = given.type
  if (typeof given.cause === 'string' && given.cause) search.cause = given.cause
  // An order number such as 1042 arrives as a number.
  if (given.q !== undefined && String(given.q).trim()) search.q = String(given.q)
  return search
}

export function filterOf(search: Search): Filter {
  const { show, ...rest } = search
  return show ? { ...rest, state: [...groups[show]] } : rest
}

const isGroup = (value: unknown): value is Group => typeof value === 'string' && Object.hasOwn(groups, value)

/** Which part of a mapping is shown. */
export const mappingViews = ['rules', 'test', 'preview', 'versions'] as const
export type MappingView = (typeof mappingViews)[number]

export function readMappingView(given: Record<string, unknown>): { view?: MappingView } {
  const view = mappingViews.find((one) => one === given.view)
  return view ? { view } : {}
}
