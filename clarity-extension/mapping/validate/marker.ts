export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An object with exactly one key that starts with `$` stands for a value that the addon looks up (odoo-bridge/openapi.yaml). */
export function markerOf(value: unknown): { name: string; argument: unknown } | undefined {
  if (!isObject(value)) return undefined
  const [entry, ...others] = Object.entries(value)
  return entry?.[0].startsWith('$') && others.length === 0 ? { name: entry[0], argument: entry[1] } : undefined
}
