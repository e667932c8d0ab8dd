import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { de } from '../../clarity-extension/panel/words/de.ts'
import { en } from '../../clarity-extension/panel/words/en.ts'
import { causes } from '../../shared/causes.ts'
import { productSources } from '../support/import-graph.ts'

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
  for (const { path, text } of productSources()) {
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
    look(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true))
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
