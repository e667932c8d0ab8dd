const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  euro: '€',
  copy: '©',
  reg: '®',
  hellip: '…',
  ndash: '–',
  mdash: '—',
}

/** What begins and ends a part that is not text. */
const parts = [
  ['<!--', '--'],
  ['<script', '</script'],
  ['<style', '</style'],
  ['<head>', '</head'],
] as const

/** No expression here looks back over what it has read, so a hostile text costs no more than its length. */
export function htmlToText(html: string): string {
  return decode(
    parts
      .reduce((rest, [open, close]) => without(rest, open, close), html)
      .replace(/[\r\n\t ]+/g, ' ')
      .replace(/<br\s{0,4}\/?>|<\/(?:p|div|li|tr|h[1-6]|ul|ol|table)>/gi, '\n')
      .replace(/<li\b[^<>]*>/gi, '- ')
      .replace(/<\/?[a-z!][^<>]*>/gi, ''),
  )
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

export function textToHtml(text: string): string {
  return `<p>${escapeHtml(text.trim()).replace(/\r\n|\r|\n/g, '<br>')}</p>`
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&${letter === "'" ? '#39' : nameOf(letter)};`)
}

const nameOf = (letter: string): string => Object.keys(entities).find((name) => entities[name] === letter) ?? 'amp'

/** A part that is never closed reaches to the end. */
function without(html: string, open: string, close: string): string {
  const lower = html.toLowerCase()
  const kept: string[] = []
  let at = 0
  for (let start = lower.indexOf(open); start >= 0; start = lower.indexOf(open, at)) {
    kept.push(html.slice(at, start))
    const closing = lower.indexOf(close, start + open.length)
    const end = closing < 0 ? -1 : lower.indexOf('>', closing)
    at = end < 0 ? html.length : end + 1
  }
  return kept.join('') + html.slice(at)
}

function decode(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name.toLowerCase()] ?? whole
    const code = name[1]?.toLowerCase() === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : whole
  })
}
