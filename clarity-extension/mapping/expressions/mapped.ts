import type { MappingContext } from '../context.ts'
import type { RuleSet } from '../rules.ts'
import type { ExpressionPool } from './pool.ts'

/**
 * Maps a record whose rule sets may hold JSONata: first only to learn what the expressions look at, then with what they gave, run
 * apart and with limits. A mapping that got further by that may meet others. Without an expression it is mapped once.
 */
export async function withExpressions<C extends MappingContext, T>(
  context: C,
  pool: Pick<ExpressionPool, 'evaluate'>,
  map: (context: C) => T,
): Promise<T> {
  let expressions: NonNullable<MappingContext['expressions']> = new Map()
  for (;;) {
    const asked: { set: RuleSet; source: unknown; base: string }[] = []
    const mapped = map({ ...context, expressions, met: (set, source, base) => asked.push({ set, source, base }) })
    const results = await Promise.all(asked.map(({ set, source, base }) => pool.evaluate(set, source, context, base)))
    const found = new Map(results.flatMap((one) => [...one]))
    if ([...found.keys()].every((key) => expressions.has(key))) return mapped
    expressions = found
  }
}
