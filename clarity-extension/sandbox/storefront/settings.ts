import type { Db } from './database.ts'

export type SettingsStore = ReturnType<typeof createSettings>

/** Single values that outlive the process: counters, the signing key, the bridge's address. */
export function createSettings(db: Db) {
  const read = db.prepare<[string], { value: string }>('SELECT value FROM settings WHERE key = ?')
  const write = db.prepare('INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
  const remove = db.prepare('DELETE FROM settings WHERE key = ?')
  const get = (key: string): string | undefined => read.get(key)?.value

  return {
    get,
    set: (key: string, value: string): void => void write.run(key, value),
    remove: (key: string): void => void remove.run(key),
    /** The value, made and kept the first time. */
    ensure(key: string, make: () => string): string {
      const known = get(key)
      if (known !== undefined) return known
      const value = make()
      write.run(key, value)
      return value
    },
    /** The next number of a series that begins after `start`. */
    next(series: string, start: number): number {
      const value = Number(get(series) ?? start) + 1
      write.run(series, String(value))
      return value
    },
  }
}
