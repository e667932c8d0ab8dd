import { createTheme, type MantineColorsTuple } from '@mantine/core'

const iris: MantineColorsTuple = [
  '#eef0ff',
  '#dfe1fe',
  '#c2c5fb',
  '#a1a4f7',
  '#8284f0',
  '#6a67e8',
  '#5850dd',
  '#4f46e5',
  '#4338ca',
  '#3730a3',
]
/** Mantine draws dark surfaces from these; ours are neutral and close to black. */
const dark: MantineColorsTuple = [
  '#ededf0',
  '#c3c4ca',
  '#9b9da6',
  '#7a7c86',
  '#3a3b42',
  '#2b2c32',
  '#1f2025',
  '#18191d',
  '#121316',
  '#0c0d0f',
]

export const theme = createTheme({
  primaryColor: 'iris',
  primaryShade: { light: 7, dark: 6 },
  colors: { iris, dark },
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  defaultRadius: 'md',
  cursorType: 'pointer',
  // What locks the page behind a dialog writes a style of its own, which our policy blocks: it never locked, it only complained.
  components: { Modal: { defaultProps: { lockScroll: false } } },
  focusRing: 'auto',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
})
