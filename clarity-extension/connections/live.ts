import type { ClarityClient } from '../clarity/client.ts'
import type { Circuit } from './circuit.ts'

/** A client that everybody holds while what is behind it is replaced, e.g. because its key is. */
export interface Live<T> {
  client: T
  /** What is behind it now, past the circuit: for who looks whether the side answers again. */
  direct(): T
  /** Calls that begin from now on go through a new one; those under way end on the old one. */
  renew(): void
}

/** @param make a client for the settings that hold now; its methods keep no `this` */
export function liveClient<T extends object>(make: () => T, circuit: Circuit): Live<T> {
  let current = make()
  const client = new Proxy(current, {
    get(_first, name) {
      const method: unknown = Reflect.get(current, name)
      if (typeof method !== 'function') return method
      return (...args: unknown[]) =>
        STREAMS.has(String(name))
          ? Reflect.apply(method, undefined, args)
          : circuit.run(() => Reflect.apply(method, undefined, args))
    },
  })
  return {
    client,
    direct: () => current,
    renew() {
      current = make()
    },
  }
}

/** Lists that are read page by page: a sweep is one caller, and ends at the first page that it does not get. */
const streams = {
  orders: true,
  customers: true,
  products: true,
  returns: true,
  invoices: true,
  listInventory: true,
} satisfies Record<Streaming<ClarityClient>, true>
const STREAMS: ReadonlySet<string> = new Set(Object.keys(streams))

/** Names of the methods that answer page by page: one that is missing above does not compile. */
type Streaming<T> = {
  [Name in keyof T]: T[Name] extends (...args: never[]) => AsyncGenerator<unknown> ? Name : never
}[keyof T]
