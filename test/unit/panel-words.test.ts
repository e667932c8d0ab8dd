import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { inLanguage, teach } from '../../clarity-extension/panel/told.ts'
import { told } from '../../clarity-extension/panel/words/told-de.ts'
import { causes } from '../../shared/causes.ts'
import { productSources } from '../support/import-graph.ts'
import { de, en } from '../support/panel-words.ts'

let sources: { path: string; source: ts.SourceFile }[] | undefined
const parsed = () => {
  sources ??= productSources().map(({ path, text }) => ({
    path,
    source: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true),
  }))
  return sources
}

/** Each text with the path of its key. */
function texts(words: unknown, path = ''): [path: string, text: string][] {
  if (typeof words === 'string') return [[path, words]]
  return Object.entries(Object(words)).flatMap(([key, inner]) => texts(inner, path ? `${path}.${key}` : key))
}

/** Documents, and variables of the environment: neither is before the person who reads. */
const elsewhere = /documentation|manual|readme|dokumentation|handbuch|docs\/|\b[A-Z]{2,}_[A-Z_]{2,}\b|process\.env/i

const said = [...texts(en, 'en'), ...texts(de, 'de'), ...texts(causes, 'causes')]

describe('what the panel says', () => {
  it('sends nobody to a documentation, and names no variable of the environment', () => {
    const pointing = said.filter(([path, text]) => !/^(causes\.)?\w+\.code$/.test(path) && elsewhere.test(upper(text)))
    expect(pointing).toEqual([])
  })

  it('has a remedy for every cause, as a sentence, in both languages', () => {
    const short = Object.entries(causes).filter(
      ([, { remedy, meaning }]) => !isSentence(remedy) || !isSentence(meaning),
    )
    expect(short.map(([code]) => code)).toEqual([])
  })

  it('has a remedy for every refusal, as a sentence, in both languages', () => {
    const { refusals, unread } = refused()
    expect(unread.filter((place) => !passedOn.has(place))).toEqual([])
    expect(refusals.length).toBeGreaterThan(60)
    expect(
      refusals.filter(({ message, remedy }) => !(isSentence(message) || message.includes('…')) || !isSentence(remedy)),
    ).toEqual([])
    expect(refusals.filter(({ message, remedy }) => elsewhere.test(`${message} ${remedy}`))).toEqual([])
    const german = new Map(Object.entries<{ title?: string; remedy?: string }>(de.refusal))
    const untold = refusals.map(({ code }) => code).filter((code) => !isSentence(german.get(code)?.remedy ?? ''))
    expect([...new Set(untold)]).toEqual([])
    for (const [path, text] of [...texts(en.refusal, 'en'), ...texts(de.refusal, 'de')])
      if (path.endsWith('.remedy')) expect(isSentence(text), path).toBe(true)
  })
})

describe("what the panel makes of the server's own sentences", () => {
  const known = new Set(told.map(([english]) => blank(english)))

  it('translates none that nothing says any more, and keeps every value', () => {
    const all = sayings()
    expect(told.map(([english]) => english).filter((english) => !all.has(blank(english)))).toEqual([])
    expect(told.filter((pair) => new Set(pair.map((text) => values(text).join())).size > 1)).toEqual([])
  })

  it('knows every sentence that a flow ends with, that a test of a connection says, and that keeps a field from a value', () => {
    const said = [
      'clarity-extension/flows/',
      'clarity-extension/ports/connections.ts',
      'clarity-extension/mapping/validate/',
    ].flatMap(endings)
    expect(said.length).toBeGreaterThan(50)
    expect(said.filter((sentence) => hasWords(sentence) && !known.has(sentence))).toEqual([])
  })

  it('puts values where the other language has them, and leaves what it does not know', () => {
    teach('de', told)
    expect(inLanguage('de', 'Odoo 19.0, module 19.0.1.9.0, as clarity.')).toBe(
      'Odoo 19.0, Modul 19.0.1.9.0, als clarity.',
    )
    expect(inLanguage('de', 'product 7 has no internal reference, the storefront cannot know it')).toContain(
      'Produkt 7',
    )
    expect(inLanguage('de', '7 pieces of MUG in one order; usual is 1 to 3.')).toBe(
      '7 Stück von MUG in einem Auftrag; üblich sind 1 bis 3.',
    )
    expect(inLanguage('de', 'items 1 › quantity: is 3.5, not a whole number.')).toBe(
      'items 1 › quantity: ist 3.5, keine ganze Zahl.',
    )
    expect(inLanguage('de', 'Der Partner ist gesperrt.')).toBe('Der Partner ist gesperrt.')
    expect(inLanguage('en', 'Reachable')).toBe('Reachable')
  })
})

const blank = (text: string): string => text.replaceAll(/\{#?\w+\}/g, '…')
const values = (text: string): string[] => (text.match(/\{#?\w+\}/g) ?? []).sort()
/** Not only values side by side, such as a number and its state. */
const hasWords = (text: string): boolean => / /.test(text) && /[a-z]{3}/.test(text.replaceAll(/^… is …$/g, ''))

/** Every text in the sources, values as dots. */
function sayings(): Set<string> {
  const all = new Set<string>()
  for (const { path, source } of parsed()) {
    const look = (node: ts.Node): void => {
      const said = ts.isExpression(node) ? written(node) : undefined
      if (said) all.add(said)
      ts.forEachChild(node, look)
    }
    if (!path.includes('/panel/')) look(source)
  }
  return all
}

/** Which arguments of these a person reads. */
const READ: Record<string, number[]> = { done: [0], skip: [1], passed: [0, 1], fault: [0, 1, 2], aside: [0, 1, 2] }

function endings(under: string): string[] {
  const found: string[] = []
  for (const { path, source } of parsed()) {
    if (!path.startsWith(under)) continue
    const look = (node: ts.Node): void => {
      const read = ts.isCallExpression(node) ? READ[node.expression.getText()] : undefined
      if (read && ts.isCallExpression(node))
        for (const at of read) {
          const argument = node.arguments[at]
          const said = argument && written(argument)
          if (said) found.push(said)
        }
      ts.forEachChild(node, look)
    }
    look(source)
  }
  return found
}

/** Places whose code is not written there, and where it comes from. */
const passedOn = new Set([
  "clarity-extension/http/lookups.ts: problem?.code ?? 'refused'", // the problem's own, with its own remedy
  'clarity-extension/http/mapping-refusals.ts: code', // its own function's argument
])

/** Doors of machines, and what is said where there is no panel yet. */
const MACHINES = /http\/(counters-door|documents|pairing-door|webhooks|health|launch|panel-files)\.ts$/

/** A placeholder is filled with what the person wrote, which is no word of ours. */
const upper = (text: string): string => text.replaceAll(/\{\{[^}]*\}\}/g, '')

const isSentence = (text: string): boolean => text.length > 6 && /[.!?)”"]$/.test(text)

/** Every refusal of the panel's API as it is written, and the places where it cannot be read. */
function refused() {
  const refusals: { code: string; message: string; remedy: string }[] = []
  const unread: string[] = []
  for (const { path, source } of parsed()) {
    if (!path.startsWith('clarity-extension/http/') && !path.startsWith('clarity-extension/ports/')) continue
    if (MACHINES.test(path)) continue
    const look = (node: ts.Node): void => {
      if (ts.isNewExpression(node) && node.expression.getText() === 'Refusal') {
        const [, code, message, remedy] = (node.arguments ?? []).map(written)
        if (code === undefined) unread.push(`${path}: ${node.arguments?.[1]?.getText()}`)
        else refusals.push({ code, message: message ?? ANY, remedy: remedy ?? ANY })
      }
      ts.forEachChild(node, look)
    }
    look(source)
  }
  return { refusals, unread }
}

/** Made elsewhere, and tested there. */
const ANY = 'As somebody else said it.'

function written(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isTemplateExpression(node))
    return [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('…')
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return [written(node.left), written(node.right)].join('')
  return undefined
}
