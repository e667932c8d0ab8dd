import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import { z } from 'zod'

const root = join(import.meta.dirname, '../..')

export type Json = Record<string, unknown>
const json = z.record(z.string(), z.unknown())
export const asJson = (value: unknown): Json => json.parse(value)

/** One OpenAPI document, its schemas found by JSON pointer and checked by ajv. */
export function openApi(path: string) {
  const document = asJson(parse(readFileSync(join(root, path), 'utf8')))
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(document, path)

  /** @param pointer e.g. `#/components/schemas/Order` */
  const at = (pointer: string): Json => asJson(walk(document, pointer))
  const validator = (pointer: string): ValidateFunction => {
    const found = ajv.getSchema(path + encodeURI(pointer))
    if (!found) throw new Error(`${path} has no ${pointer}`)
    return found
  }
  return {
    document,
    at,
    /** Follows `$ref` until something else stands there. */
    resolve(node: Json): Json {
      return typeof node.$ref === 'string' ? this.resolve(at(node.$ref)) : node
    },
    /** What ajv finds wrong, in plain words; empty for nothing. */
    faults(pointer: string, value: unknown): string[] {
      const validate = validator(pointer)
      if (validate(value)) return []
      return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
    },
  }
}

export type OpenApi = ReturnType<typeof openApi>

function walk(node: unknown, pointer: string): unknown {
  const parts = pointer.replace(/^#\//, '').split('/')
  return parts.reduce(
    (current: unknown, part) => asJson(current)[part.replaceAll('~1', '/').replaceAll('~0', '~')],
    node,
  )
}
