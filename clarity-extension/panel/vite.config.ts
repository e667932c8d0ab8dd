import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const base = '/admin/'

/** The letters of every page are fetched beside its script, so that nothing is drawn in one typeface and moved by the next. */
const fontFirst: Plugin = {
  name: 'font-first',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      const font = Object.keys(bundle ?? {}).find((name) => /inter-latin-wght-normal.*\.woff2$/.test(name))
      if (!font) throw new Error('the latin letters of Inter are not in the build: see panel/main.tsx')
      const attrs = { rel: 'preload', as: 'font', type: 'font/woff2', href: base + font, crossorigin: '' }
      return [{ tag: 'link', attrs, injectTo: 'head' }]
    },
  },
}

export default defineConfig({
  root: import.meta.dirname,
  base,
  plugins: [react(), fontFirst],
  // Replaced in every answer by http/panel-files.ts.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    reportCompressedSize: true,
    // One file of a panel's size is meant.
    chunkSizeWarningLimit: 700,
    // What every page needs comes as one file: thirty small ones took longer than what is in them.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'panel', tags: ['$initial'] }] } } },
  },
})
