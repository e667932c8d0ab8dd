import { sameness, wordsOf } from './words.ts'

/** How many of the values mean one of a selection's choices. */
export function overlapOf(
  values: readonly string[],
  selection: readonly (readonly string[])[],
): { matching: number; of: number } {
  const distinct = [...new Set(values)].slice(0, 20)
  return { matching: distinct.filter((value) => choiceFor(value, selection) !== undefined).length, of: distinct.length }
}

/** The choice that a value means, by key or by label. */
export function choiceFor(value: string, selection: readonly (readonly string[])[]): string | undefined {
  const plain = value.trim().toLowerCase()
  const same = selection.find(([key = '', label = '']) => {
    const short = key.toLowerCase()
    return short === plain || label.toLowerCase() === plain || (plain.length === 2 && short.startsWith(`${plain}_`))
  })
  if (same) return same[0]
  const words = wordsOf(value)
  let best: { key: string; score: number } | undefined
  for (const [key = '', label = ''] of selection) {
    const score = Math.max(sameness(words, wordsOf(key)), sameness(words, wordsOf(label)))
    if (score > (best?.score ?? 0)) best = { key, score }
  }
  return best && best.score >= 0.75 ? best.key : undefined
}
