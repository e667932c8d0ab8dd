// Plain JavaScript, so that a Node too old for TypeScript can still read why it is refused.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `This needs Node 22.18 or newer, and here Node ${process.versions.node} runs it.\n` +
      'Start it with `npm start`: that uses the Node 24 which `npm ci` puts into node_modules/.bin.\n' +
      'If it was `npm start`: `npm ci` was kept from installing it (ignore-scripts?); run `npm rebuild node`.',
  )
  process.exit(1)
}

const { buildPanelWhenOld } = await import('./build.ts')
await buildPanelWhenOld()
await import('../clarity-extension/main.ts')
