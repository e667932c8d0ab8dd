import { Modal } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { useWords } from '../i18n.ts'
import { Icon } from './icon.tsx'
import styles from './palette.module.css'
import { type Command, useCommands } from './palette-commands.tsx'

/** Everything by keyboard: where to go, what to find, what to do. Focus stays in the field, arrows choose (WAI-ARIA combobox). */
export function Palette({ close }: { close: () => void }) {
  const { t } = useWords()
  const [typed, setTyped] = useState('')
  const [asked] = useDebouncedValue(typed.trim(), 120)
  const [asking, setAsking] = useState<Command | undefined>()
  const found = useCommands({ typed: typed.trim(), asked })
  const groups = asking ? [confirmation(asking, t)] : found.groups
  const commands = groups.flatMap(({ commands }) => commands)
  const [chosen, setChosen] = useState(0)
  const at = Math.min(chosen, commands.length - 1)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()

  // biome-ignore lint/correctness/useExhaustiveDependencies: another text is another list
  useEffect(() => setChosen(0), [typed, asking])
  useEffect(() => {
    list.current?.querySelector(`[data-at="${at}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [at])

  const run = (command: Command | undefined) => {
    if (!command) return
    if (command.confirm && command !== asking) return setAsking(command)
    close()
    command.run()
  }
  const take = (command: Command | undefined) => {
    if (asking && command?.id === 'no') return setAsking(undefined)
    run(asking && command?.id === 'yes' ? asking : command)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && commands.length > 0) setChosen((at + step + commands.length) % commands.length)
    else if (event.key === 'Enter') take(commands[at])
    else if (event.key === 'Escape' && asking) setAsking(undefined)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  let place = -1
  return (
    <Modal.Root opened onClose={close} size={620} yOffset="12vh" lockScroll={false} transitionProps={{ duration: 80 }}>
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content radius="lg" aria-label={t('palette.title')} className={styles.box ?? ''}>
        <div className={styles.field}>
          <Icon name="search" size={18} />
          <input
            data-autofocus
            role="combobox"
            aria-expanded="true"
            aria-controls={id}
            aria-activedescendant={commands.length > 0 ? `${id}-${at}` : undefined}
            aria-label={t('palette.title')}
            aria-autocomplete="list"
            placeholder={t('palette.placeholder')}
            autoComplete="off"
            spellCheck={false}
            value={asking ? '' : typed}
            readOnly={asking !== undefined}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={onKeyDown}
          />
          <kbd>esc</kbd>
        </div>
        <div ref={list} id={id} role="listbox" aria-label={t('palette.title')} className={styles.list}>
          {groups.map((group) => (
            // biome-ignore lint/a11y/useSemanticElements: options of a listbox are grouped by role, a fieldset is for forms
            <div key={group.title} role="group" aria-label={group.title}>
              <p className={styles.group} aria-hidden="true">
                {group.title}
              </p>
              {group.commands.map((command) => {
                place += 1
                const here = place
                return (
                  // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field, as aria-activedescendant says
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
                  <div
                    key={command.id}
                    id={`${id}-${here}`}
                    data-at={here}
                    role="option"
                    aria-selected={here === at}
                    className={styles.option}
                    onClick={() => take(command)}
                    onMouseMove={() => setChosen(here)}
                  >
                    <Icon name={command.icon} size={17} />
                    <span className={styles.name}>
                      {command.name}
                      {command.detail && <span className={styles.detail}>{command.detail}</span>}
                    </span>
                    {command.hint && <span className={styles.hint}>{command.hint}</span>}
                    {command.keys && (
                      <span className={styles.keys}>
                        {command.keys.map((key) => (
                          <kbd key={key}>{key}</kbd>
                        ))}
                      </span>
                    )}
                  </div>
                )
              })}
            </div>
          ))}
        </div>
        <p className={styles.state} role="status">
          {found.failed
            ? t('palette.failed')
            : found.searching
              ? t('palette.searching')
              : commands.length === 0
                ? t('palette.nothing', { typed: typed.trim() })
                : ''}
        </p>
        <p className={styles.foot} aria-hidden="true">
          <kbd>↑</kbd>
          <kbd>↓</kbd> {t('palette.choose')} <kbd>↵</kbd> {t('palette.take')} <kbd>?</kbd> {t('keys.title')}
        </p>
      </Modal.Content>
    </Modal.Root>
  )
}

/** What cannot be taken back by the next key is asked once more. */
function confirmation(command: Command, t: (word: string) => string): { title: string; commands: Command[] } {
  const none = () => {}
  return {
    title: command.confirm ?? command.name,
    commands: [
      { id: 'yes', icon: command.icon, name: command.name, run: none },
      { id: 'no', icon: 'cross', name: t('common.cancel'), run: none },
    ],
  }
}
