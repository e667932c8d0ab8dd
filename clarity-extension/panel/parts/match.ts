/**
 * How well a typed text names something: every word of it must begin a word of the name. undefined: not at all; less is better.
 * Accents and case do not count.
 */
export function match(typed: string, name: string): number | undefined {
  const wanted = wordsOf(typed)
  const words = wordsOf(name)
  let sum = 0
  for (const want of wanted) {
    const at = words.findIndex((word) => word.startsWith(want))
    if (at === -1) return undefined
    sum += at
  }
  return sum
}

const wordsOf = (text: string): string[] =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
