import { TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Schemas } from '../api.ts'
import { useWords } from '../i18n.ts'
import styles from './mapping-fields.module.css'

/** Both sides' fields and the conversions, to look up while writing a rule. */
export function MappingFields({ schema }: { schema: Schemas['MappingSchema'] | undefined }) {
  const { t } = useWords()
  const [search, setSearch] = useState('')
  if (!schema) return null
  const fits = (...texts: string[]) => texts.some((text) => text.toLowerCase().includes(search.trim().toLowerCase()))
  return (
    <aside className={`card ${styles.fields}`} aria-label={t('mappings.fields')}>
      <TextInput
        size="xs"
        type="search"
        placeholder={t('mappings.findField')}
        aria-label={t('mappings.findField')}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      <List
        title={t('mappings.source')}
        items={schema.source
          .filter(({ path }) => fits(path))
          .map(({ path, derived }) => ({ key: path, name: path, note: derived ? t('mappings.derived') : '' }))}
      />
      <List
        title={t('mappings.target')}
        empty={schema.targetKnown ? undefined : t('mappings.targetUnknown')}
        items={schema.target
          .filter(({ name, label, readonly }) => !readonly && fits(name, label))
          .map(({ model, name, label, required }) => ({
            key: `${model} ${name}`,
            name,
            note: `${label}${required ? ' *' : ''}`,
          }))}
      />
      <List
        title={t('mappings.conversions')}
        items={schema.conversions
          .filter(({ name, about }) => fits(name, about))
          .map(({ name, about }) => ({ key: name, name, note: about }))}
      />
    </aside>
  )
}

function List(props: {
  title: string
  items: { key: string; name: string; note: string }[]
  empty?: string | undefined
}) {
  return (
    <details className={styles.list}>
      <summary>
        {props.title} <span className="muted">{props.items.length}</span>
      </summary>
      {props.empty && <p className="muted">{props.empty}</p>}
      <ul>
        {props.items.slice(0, 200).map(({ key, name, note }) => (
          <li key={key}>
            <code>{name}</code> <span className="muted">{note}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}
