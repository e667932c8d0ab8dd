/** What a text says as JSON; undefined where it is none: no shape fits that, so that whoever reads on refuses it. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
