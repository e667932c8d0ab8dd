import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

// Plain JavaScript, so that a Node too old for TypeScript can still read why it is refused.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `This needs Node 22.18 or newer, and Node ${process.versions.node} was to run it.\n` +
      'Remedy: `npm ci`, which installs Node 24 into node_modules/.bin, then `npm start`, which uses it.\n' +
      'If that was what you did, install scripts are switched off: run `npm rebuild node`.',
  )
  process.exit(1)
}

const { isComplete, panelHash, programFolder, root } = await import('./built.js')
const folder = await programFolder()
if (!isComplete(folder) || (await panelBuilt()) !== (await panelHash())) {
  // In a process of its own: what building takes, this one would keep.
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.ts')], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
process.env.NODE_COMPILE_CACHE = join(folder, 'compiled')
enableCompileCache(process.env.NODE_COMPILE_CACHE)
const { main } = await import(pathToFileURL(join(folder, 'main.js')).href)
await main()

async function panelBuilt() {
  return readFile(join(root, 'clarity-extension/panel/dist/.sources'), 'utf8').catch(() => undefined)
}
