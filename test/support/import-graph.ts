import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'

export interface SourceFile {
  /** From the repository's root, with `/`. */
  path: string
  text: string
}

/** `to` is a path of ours, or a package's name, or `node:…`. Types count: who names a type, knows the room. */
export interface Import {
  from: string
  to: string
}

const root = join(import.meta.dirname, '../..')

/** What runs in production: everything but scripts and tests. */
export function productSources(): SourceFile[] {
  const patterns = ['shared/**/*.ts', 'odoo-bridge/client/**/*.ts', 'clarity-extension/**/*.{ts,tsx}']
  return globSync(patterns, { cwd: root, exclude: ['**/dist/**', '**/*.d.ts'] })
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

export function importsOf({ path, text }: SourceFile): Import[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => ({ from: path, to: target(path, fileName) }))
}

function target(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier)
  if (specifier.startsWith('node:')) return specifier
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Lines that reach for `process.env`, in whichever way. */
export function environmentReads(source: SourceFile): string[] {
  return find(source, (node) => {
    const text = node.getText()
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node))
      return /^(globalThis\.)?process(\.env|\[['"]env['"]\])$/.test(text)
    if (ts.isImportDeclaration(node)) return /['"](node:)?process['"]$/.test(text)
    return (
      ts.isVariableDeclaration(node) &&
      ts.isObjectBindingPattern(node.name) &&
      node.initializer?.getText() === 'process'
    )
  })
}

const impure =
  /^(Date\.now|Math\.random|performance\.now|fetch|setTimeout|setInterval|setImmediate|queueMicrotask|crypto\.randomUUID|console\.\w+)$/

/** Lines with a clock, chance, a timer, the network or the terminal. */
export function impurities(source: SourceFile): string[] {
  return find(source, (node) => {
    if (ts.isCallExpression(node)) return impure.test(node.expression.getText())
    return ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0
  })
}

function find({ path, text }: SourceFile, matches: (node: ts.Node) => boolean): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (matches(node))
      found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${node.getText()}`)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}
