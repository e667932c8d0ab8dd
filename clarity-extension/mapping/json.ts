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
  const { absolute, keys, tail } = parsed(path)
  const start = absolute ? root : from
  let value = start.value
  for (const key of keys) value = own(value, key)
  return { value, pointer: start.pointer + tail }
}

interface Path {
  absolute: boolean
  keys: string[]
  /** What it adds to the pointer of where it starts. */
  tail: string
}

const paths = new Map<string, Path>()

/** Rules are few and repeat for every record, so each path is parsed once. */
function parsed(path: string): Path {
  const known = paths.get(path)
  if (known) return known
  const absolute = path.startsWith('/')
  const keys = absolute ? path.slice(1).split('/').map(unescapeSegment) : path.split('.').filter((key) => key !== '')
  const read = { absolute, keys, tail: keys.map((key) => `/${escapeSegment(key)}`).join('') }
  if (paths.size < 10_000) paths.set(path, read)
  return read
}

/** The keys of a dotted path or pointer. */
export const segments = (path: string): string[] => parsed(path).keys

/** What a dotted path adds to a pointer. */
export const pointerOf = (path: string): string => parsed(path).tail

export const escapeSegment = (key: string): string =>
  key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key

const unescapeSegment = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~')

function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

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
