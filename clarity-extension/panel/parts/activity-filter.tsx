import { CloseButton, NativeSelect, TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useWords } from '../i18n.ts'
import { type Group, groups, type Search } from '../search.ts'
import { first } from '../words/en/first.ts'
import styles from './activity-filter.module.css'
import { Icon } from './icon.tsx'

/** What is looked for. The address holds it, so this only asks for another address. */
export function ActivityFilter({ search, onChange }: { search: Search; onChange: (next: Search) => void }) {
  const { t } = useWords()
  const change = (part: Partial<Record<keyof Search, string | undefined>>) =>
    onChange(Object.fromEntries(Object.entries({ ...search, ...part }).filter(([, value]) => value)))
  return (
    <div className={styles.filter}>
      <SearchBox value={search.q ?? ''} onSearch={(q) => change({ q })} />
      <NativeSelect
        aria-label={t('activity.types')}
        value={search.type ?? ''}
        onChange={(event) => change({ type: event.currentTarget.value })}
        data={[
          { value: '', label: t('activity.anyType') },
          ...Object.keys(first.type).map((type) => ({ value: type, label: t(`type.${type}`) })),
        ]}
        className={styles.type ?? ''}
      />
      <fieldset className={styles.chips}>
        <legend className="hidden">{t('activity.states')}</legend>
        {([undefined, ...Object.keys(groups)] as (Group | undefined)[]).map((group) => (
          <button
            key={group ?? 'all'}
            type="button"
            className={styles.chip}
            aria-pressed={search.show === group}
            onClick={() => change({ show: group })}
          >
            {t(group ? `group.${group}` : 'activity.all')}
          </button>
        ))}
        {search.cause && (
          <button
            type="button"
            className={styles.chip}
            aria-pressed="true"
            aria-label={t('activity.removeCause')}
            onClick={() => change({ cause: undefined })}
          >
            {t('activity.cause', { cause: t(`cause.${search.cause}`, { defaultValue: search.cause }) })}
            <Icon name="cross" size={12} />
          </button>
        )}
      </fieldset>
    </div>
  )
}

/** Waits for a pause in typing; "/" comes here, Escape empties it. */
function SearchBox({ value, onSearch }: { value: string; onSearch: (q: string) => void }) {
  const { t } = useWords()
  const [text, setText] = useState(value)
  const [known, setKnown] = useState(value)
  const input = useRef<HTMLInputElement>(null)
  const search = useRef(onSearch)
  search.current = onSearch
  // The address changed by another way, e.g. back: what is typed follows it.
  if (value !== known) {
    setKnown(value)
    setText(value)
  }
  useEffect(() => {
    if (text.trim() === value) return
    const timer = setTimeout(() => search.current(text.trim()), 220)
    return () => clearTimeout(timer)
  }, [text, value])
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest('input, textarea, select')
      if (event.key !== '/' || typing) return
      event.preventDefault()
      input.current?.focus()
    }
    window.addEventListener('keydown', focus)
    return () => window.removeEventListener('keydown', focus)
  }, [])
  return (
    <TextInput
      ref={input}
      className={styles.search ?? ''}
      aria-label={t('activity.search')}
      placeholder={t('activity.search')}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        setText('')
        event.currentTarget.blur()
      }}
      leftSection={<Icon name="search" size={16} />}
      rightSection={
        text ? <CloseButton size="sm" aria-label={t('activity.clear')} onClick={() => setText('')} /> : null
      }
    />
  )
}
