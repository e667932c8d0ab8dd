/**
 * The extension's TypeScript and its packages as a few files of JavaScript, compiled once for the next starts. A start reads ten
 * files instead of 1,300, and the process keeps some 45 MB less than one that compiles module by module.
 */
import { execFile } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Plugin } from 'rolldown'
import { isComplete, programFolder, root } from './built.js'

/** Older ones that stay: something may still run them. */
const KEPT = 3

export interface Program {
  /** What Node runs. */
  main: string
  /** For NODE_COMPILE_CACHE: threads take it from the environment. */
  compileCache: string
}

/** Built when it is not there yet. */
export async function program(): Promise<Program> {
  const folder = await programFolder()
  if (!isComplete(folder)) await build(folder)
  return { main: join(folder, 'main.js'), compileCache: join(folder, 'compiled') }
}

async function build(folder: string): Promise<void> {
  // Only when it is needed: an installation without development dependencies brings its program built.
  const { build } = await import('rolldown')
  // As deep as the final folder, so that what the program finds relative to itself is found while it is compiled, too.
  const fresh = `${folder}-${process.pid}`
  await build({
    cwd: root,
    input: { main: join(root, 'clarity-extension/main.ts') },
    platform: 'node',
    logLevel: 'warn',
    // Machine code, and what packages look for and do not need.
    external: ['better-sqlite3', '@node-rs/argon2', 'pg-native', 'cloudflare:sockets'],
    plugins: [places(fresh)],
    output: {
      dir: fresh,
      format: 'esm',
      entryFileNames: '[name].js',
      comments: { legal: true, annotation: false, jsdoc: false },
    },
  })
  await compile(fresh)
  if (existsSync(folder) && !isComplete(folder)) await rm(folder, { recursive: true, force: true })
  await rename(fresh, folder).catch(async (error: unknown) => {
    // Another process built the same at this moment.
    if (!isComplete(folder)) throw error
    await rm(fresh, { recursive: true })
  })
  await removeOld()
}

/** Node's own compile cache, filled by a process that only loads what the extension loads, its threads included. */
async function compile(folder: string): Promise<void> {
  await promisify(execFile)(process.execPath, [import.meta.filename, folder], {
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled'), NODE_COMPILE_CACHE_PORTABLE: '1' },
  })
}

async function removeOld(): Promise<void> {
  const folder = join(root, '.cache/program')
  const found = await Promise.all(
    (await readdir(folder)).map(async (name) => ({
      path: join(folder, name),
      at: (await stat(join(folder, name))).mtimeMs,
    })),
  )
  const old = found.toSorted((a, b) => b.at - a.at).slice(1 + KEPT)
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true })))
}

const MODULE_URL = /new URL\('(\.[^']+)', import\.meta\.url\)/g

/**
 * Modules that are named by their place (threads, and what a thread loads) become entries of their own; other files stay where
 * they are and are found from the program's folder.
 */
function places(folder: string): Plugin {
  return {
    name: 'places',
    transform(code, id) {
      if (!id.endsWith('.ts') || id.includes('node_modules')) return undefined
      const here = join(id, '..')
      const there = (path: string): string => relative(folder, join(here, path))
      return code
        .replace(MODULE_URL, (_, path: string) => {
          if (!path.endsWith('.ts')) return `new URL('${there(path)}', import.meta.url)`
          const module = join(here, path)
          const fileName = relative(join(root, 'clarity-extension'), module).replaceAll('/', '-').replace(/ts$/, 'js')
          this.emitFile({ type: 'chunk', id: module, fileName })
          return `new URL('./${fileName}', import.meta.url)`
        })
        .replaceAll('import.meta.dirname', `(import.meta.dirname + '/${there('.')}')`)
    },
    // Half a megabyte of East Asian encodings that nobody sends JSON in: read from their package when somebody does.
    resolveId(source, importer) {
      if (!importer?.includes('/iconv-lite/') || !source.startsWith('./tables/')) return undefined
      return { id: relative(folder, join(importer, '..', source)), external: true }
    },
    // One character outside Latin-1 makes V8 keep a file's text at two bytes each.
    generateBundle(_, files) {
      for (const file of Object.values(files))
        if (file.type === 'chunk')
          file.code = file.code.replace(
            /[^\0-\x7f]/g,
            (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
          )
    },
  }
}

if (import.meta.main) {
  const folder = process.argv[2] ?? ''
  // Threads refuse to run as a program; they are compiled by then.
  for (const file of globSync('*.js', { cwd: folder }))
    await import(pathToFileURL(join(folder, file)).href).catch(() => undefined)
}
