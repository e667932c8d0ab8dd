export interface ExpressionLimits {
  /** Milliseconds that an expression may run, and the expressions of one record together before each is run alone. */
  timeMs: number
  memoryMb: number
  /** Nested calls of an expression's own functions. */
  depth: number
  /** Elements of one list. */
  elements: number
  /** Characters of one result as JSON. */
  characters: number
}

export const defaultLimits: ExpressionLimits = {
  timeMs: 1_000,
  memoryMb: 64,
  depth: 200,
  elements: 20_000,
  characters: 100_000,
}
