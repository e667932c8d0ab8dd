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

const { compileCache, compileWhenOld } = await import('./compiled.ts')
await compileWhenOld()
const { enableCompileCache } = await import('node:module')
enableCompileCache(compileCache)
process.env.NODE_COMPILE_CACHE = compileCache

const { buildPanelWhenOld } = await import('./build.ts')
await buildPanelWhenOld()
const { main } = await import('../clarity-extension/main.ts')
await main()
