import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useSyncExternalStore } from 'react'
import { type Role, reaches, roleFor, roles } from '../../http/rights.ts'
import { useWords } from '../i18n.ts'
import { sessionQuery } from '../queries.ts'
import type { paths } from '../schema.d.ts'
import { Icon } from './icon.tsx'
import styles from './may.module.css'

type Method = 'post' | 'put' | 'patch' | 'delete'
/** What changes something, as the API calls it: `post /failures/replay`. */
export type Write = {
  [Path in keyof paths & string]: {
    [M in Method & keyof paths[Path]]: paths[Path][M] extends object ? `${M} ${Path}` : never
  }[Method & keyof paths[Path]]
}[keyof paths & string]

/**
 * Around the controls of a write, and the only place that asks for a role. Whoever may not do it sees them greyed out, with the
 * reason on hover, and above the page once for all. The server decides anyway.
 */
export function May({ do: write, children }: { do: Write; children: ReactNode }) {
  const { t } = useWords()
  const missing = useMissing()(write)
  useEffect(() => (missing ? withhold(missing) : undefined), [missing])
  if (!missing) return children
  return (
    <fieldset
      className={styles.withheld}
      disabled
      aria-describedby="withheld"
      title={t('rights.takes', { role: t(`role.${missing}`) })}
    >
      {children}
    </fieldset>
  )
}

/** The role that a write takes and this person does not have; undefined: they may. */
export function useMissing(): (write: Write) => Role | undefined {
  const { data: session } = useQuery(sessionQuery)
  const own = session?.user?.role ?? 'viewer'
  return (write) => {
    const [method = '', path = ''] = write.split(' ')
    const least = roleFor(method.toUpperCase(), path)
    return reaches(own, least) ? undefined : least
  }
}

/** One line above a page on which something is greyed out: why, and who changes that. */
export function Withheld() {
  const { t } = useWords()
  const { data: session } = useQuery(sessionQuery)
  const least = useSyncExternalStore(subscribe, lowest)
  const own = session?.user?.role
  if (!least || !own) return null
  return (
    <p className={styles.note} id="withheld">
      <Icon name="lock" size={15} />
      <span>
        <strong>{t(`rights.you.${own}`)}</strong> {t('rights.greyed', { role: t(`role.${least}`) })}
      </span>
    </p>
  )
}

const counts = new Map<Role, number>()
const listeners = new Set<() => void>()
const lowest = (): Role | undefined => roles.find((role) => (counts.get(role) ?? 0) > 0)

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function withhold(role: Role): () => void {
  const add = (by: number) => {
    counts.set(role, (counts.get(role) ?? 0) + by)
    for (const tell of listeners) tell()
  }
  add(1)
  return () => add(-1)
}
