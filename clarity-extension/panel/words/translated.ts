/** The same keys in another language. */
export type Translated<English> = {
  [Key in keyof English]: English[Key] extends string ? string : Translated<English[Key]>
}

/** In English they are the server's own, in shared/causes.ts and in each refusal. */
export interface Remedies {
  meaning: Record<string, string>
  remedy: Record<string, string>
  refusal: Record<string, { title: string; remedy: string }>
}
