import { Fragment, type ReactNode } from 'react'
import styles from './json.module.css'

/** JSON as people read it: indented, its values told apart by colour. */
export function Json({ value, label }: { value: unknown; label: string }) {
  return (
    // A region that scrolls must be reachable by keyboard, with a name (axe: scrollable-region-focusable).
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    // biome-ignore lint/a11y/useSemanticElements: a section would lose what pre does
    <pre className={styles.json} tabIndex={0} role="region" aria-label={label}>
      {typeof value === 'string' ? value : paint(value, 0)}
    </pre>
  )
}

function paint(value: unknown, depth: number): ReactNode {
  if (Array.isArray(value))
    return wrap(
      '[',
      ']',
      value.map((item) => paint(item, depth + 1)),
      depth,
    )
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => (
      <Fragment key={key}>
        <span className={styles.key}>{key}</span>: {paint(inner, depth + 1)}
      </Fragment>
    ))
    return wrap('{', '}', entries, depth)
  }
  return (
    <span className={typeof value === 'string' ? styles.text : styles.other}>{JSON.stringify(value) ?? 'null'}</span>
  )
}

function wrap(open: string, close: string, items: ReactNode[], depth: number): ReactNode {
  if (items.length === 0) return `${open}${close}`
  const indent = '  '.repeat(depth + 1)
  return (
    <>
      {open}
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a payload never changes its order
        <Fragment key={index}>
          {`\n${indent}`}
          {item}
          {index < items.length - 1 ? ',' : ''}
        </Fragment>
      ))}
      {`\n${'  '.repeat(depth)}${close}`}
    </>
  )
}
