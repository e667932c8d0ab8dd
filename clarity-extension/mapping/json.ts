/** Plain JSON, and the few things that rules need of it: reading by path, pointers, one canonical text. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined }

/** What a path found, and where (RFC 6901 pointer from the root of the source record). */
export interface Located {
  value: unknown
  pointer: string
}

/**
 * Reads `path` from `root`. A path that starts with `/` is a JSON pointer from the root, any other is dotted and starts at
 * `from`. Only own properties are seen, so no path reaches a prototype. Absent is `undefined`.
 */
export function locate(root: Located, from: Located, path: string): Located {
  const absolute = path.startsWith('/')
  let { value, pointer } = absolute ? root : from
  for (const key of segments(path)) {
    value = own(value, key)
    pointer += `/${escapeSegment(key)}`
  }
  return { value, pointer }
}

const parsed = new Map<string, string[]>()

/** The keys of a dotted path or pointer. Rules are few and repeat for every record, so each path is parsed once. */
export function segments(path: string): string[] {
  const known = parsed.get(path)
  if (known) return known
  const keys = path.startsWith('/')
    ? path.slice(1).split('/').map(unescapeSegment)
    : path.split('.').filter((key) => key !== '')
  if (parsed.size < 10_000) parsed.set(path, keys)
  return keys
}

export const escapeSegment = (key: string): string =>
  key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key

const unescapeSegment = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~')

function own(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return Reflect.get(value, key)
}

/** Nothing to map: not there, null or an empty text. */
export const isAbsent = (value: unknown): value is undefined | null | '' =>
  value === undefined || value === null || value === ''

/** The same text for the same content, whatever the order of keys; absent keys do not count. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((entry) => canonical(entry ?? null)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  let text = ''
  for (const key of sortedKeys(value)) {
    const entry: unknown = Reflect.get(value, key)
    if (entry !== undefined) text += `${text === '' ? '' : ','}${quoted(key)}:${canonical(entry)}`
  }
  return `{${text}}`
}

/** Most objects are small or sorted by chance; a general sort of a few keys costs more than the rest of it. */
function sortedKeys(value: object): string[] {
  const keys = Object.keys(value)
  for (let end = 1; end < keys.length; end++) {
    const key = keys[end] ?? ''
    let at = end
    for (; at > 0 && (keys[at - 1] ?? '') > key; at--) keys[at] = keys[at - 1] ?? ''
    keys[at] = key
  }
  return keys
}

const quotedKeys = new Map<string, string>()

/** Field names are few and come with every record. */
function quoted(key: string): string {
  const known = quotedKeys.get(key)
  if (known !== undefined) return known
  const text = JSON.stringify(key)
  if (quotedKeys.size < 10_000) quotedKeys.set(key, text)
  return text
}

export const isJson = (value: unknown): value is Json => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isJson)
  return typeof value === 'object' && Object.values(value).every((entry) => entry === undefined || isJson(entry))
}
