import { useMantineColorScheme } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { api, csrf, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { findQuery, overviewQuery, queryClient, sessionQuery, sweepsQuery } from '../queries.ts'
import { recents, remember } from '../recent.ts'
import { changeLanguage, languages, rememberLanguage } from '../words.ts'
import type { IconName } from './icon.tsx'
import { match } from './match.ts'
import { useMissing } from './may.tsx'
import { destinations } from './places.ts'
import { useSweepName } from './sweep-row.tsx'
import { useAge } from './time.tsx'
import { complain, toast } from './toast.tsx'

export interface Command {
  id: string
  icon: IconName
  name: string
  detail?: string
  hint?: string
  keys?: string[]
  /** Asked before it runs. */
  confirm?: string
  run: () => void
}

interface Found {
  groups: { title: string; commands: Command[] }[]
  searching: boolean
  failed: boolean
}

/** What the typed text may mean. @param asked the text that the server is asked for, a moment behind the typed one */
export function useCommands({ typed, asked }: { typed: string; asked: string }): Found {
  const { t } = useWords()
  const pages = usePages()
  const actions = useActions()
  const records = useRecords(asked)
  const fitting = (commands: Command[]) =>
    commands
      .map((command) => ({ command, rank: match(typed, `${command.name} ${command.detail ?? ''}`) }))
      .filter(({ rank }) => rank !== undefined)
      .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
      .map(({ command }) => command)
  const groups =
    typed === ''
      ? [
          { title: t('palette.recent'), commands: pages.recent },
          { title: t('palette.pages'), commands: pages.all.filter(({ keys }) => keys) },
          { title: t('palette.actions'), commands: actions },
        ]
      : [
          { title: t('palette.records'), commands: records.commands },
          { title: t('palette.pages'), commands: fitting(pages.all) },
          { title: t('palette.actions'), commands: fitting(actions) },
          { title: t('palette.more'), commands: records.all },
        ]
  return {
    groups: groups.filter(({ commands }) => commands.length > 0),
    searching: typed !== asked || records.searching,
    failed: records.failed,
  }
}

function usePages() {
  const { t } = useWords()
  const go = useGo()
  const { data: session } = useQuery(sessionQuery)
  const all = destinations(session?.user?.role ?? 'viewer').map(({ to, words, icon, key }): Command => {
    const name = words.map((word) => t(word)).join(' › ')
    return { id: to, icon, name, ...(key ? { keys: ['g', key] } : {}), run: () => go(to, name) }
  })
  const recent = recents().map(({ to, label }): Command => {
    return { id: `recent ${to}`, icon: 'clock', name: label, run: () => go(to, label) }
  })
  return { all, recent }
}

/** By order number, SKU or id, as the activity is searched. */
function useRecords(q: string) {
  const { t } = useWords()
  const age = useAge()
  const go = useGo()
  const { data, isFetching, isError } = useQuery({ ...findQuery(q), enabled: q.length >= SHORTEST })
  const items = q.length >= SHORTEST ? (data?.items ?? []) : []
  const commands = items.map((event): Command => {
    const what = t(`type.${event.type}`, { defaultValue: event.type })
    return {
      id: `event ${event.id}`,
      icon: 'activity',
      name: event.subject,
      detail: `${what} · ${t(`state.${event.state}`)}`,
      hint: age(event.receivedAt),
      run: () => go(`/activity/${event.id}`, `${event.subject} · ${what}`),
    }
  })
  const all: Command[] =
    q === ''
      ? []
      : [
          {
            id: 'all',
            icon: 'search',
            name: t('palette.all', { typed: q }),
            run: () => go(`/activity?q=${encodeURIComponent(q)}`),
          },
        ]
  return { commands, all, searching: isFetching, failed: isError }
}

const SHORTEST = 2

function useActions(): Command[] {
  const { t, language } = useWords()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const changes = useChanges()
  const schemes = (['light', 'dark', 'auto'] as const)
    .filter((scheme) => scheme !== colorScheme)
    .map((scheme): Command => {
      return {
        id: `theme ${scheme}`,
        icon: 'eye',
        name: `${t('menu.theme')}: ${t(`menu.${scheme}`)}`,
        run: () => setColorScheme(scheme),
      }
    })
  const tongues = (['en', 'de'] as const)
    .filter((tongue) => tongue !== language)
    .map((tongue): Command => {
      const run = () => {
        rememberLanguage(tongue)
        void changeLanguage(tongue)
      }
      return { id: `language ${tongue}`, icon: 'edit', name: `${t('menu.language')}: ${languages[tongue]}`, run }
    })
  return [...changes, ...schemes, ...tongues]
}

/** Of what changes something, only what this person's role may. */
function useChanges(): Command[] {
  const { t } = useWords()
  const missing = useMissing()
  const nameOf = useSweepName()
  const { data: overview } = useQuery(overviewQuery)
  const { data: sweeps } = useQuery(sweepsQuery)
  const params = (name: 'clarity' | 'odoo') => ({ params: { path: { name }, header: csrf } })
  const after = (done: Promise<unknown>, word: string) =>
    void done
      .then(() => toast(word), complain)
      .finally(() => queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' }))

  const connections = (overview?.connections ?? []).flatMap(({ name, label, state }): Command[] => {
    const resume = t('palette.resume', { label })
    const pause = t('palette.pause', { label })
    if (state === 'paused')
      return missing('post /connections/{name}/resume')
        ? []
        : [
            {
              id: `resume ${name}`,
              icon: 'play',
              name: resume,
              run: () => after(take(api.POST('/connections/{name}/resume', params(name))), t('palette.done')),
            },
          ]
    return missing('post /connections/{name}/pause')
      ? []
      : [
          {
            id: `pause ${name}`,
            icon: 'pause',
            name: pause,
            confirm: t('connection.pauseText'),
            run: () => after(take(api.POST('/connections/{name}/pause', params(name))), t('palette.done')),
          },
        ]
  })
  const syncs = missing('post /sweeps/{sweep}/run')
    ? []
    : (sweeps?.items ?? [])
        .filter(({ enabled }) => enabled)
        .map(({ name }): Command => {
          const sweep = { params: { path: { sweep: name }, header: csrf } }
          return {
            id: `sync ${name}`,
            icon: 'sync',
            name: `${t('entities.syncNow')}: ${nameOf(name)}`,
            run: () => after(take(api.POST('/sweeps/{sweep}/run', sweep)), t('sweeps.began')),
          }
        })
  return [...connections, ...syncs]
}

function useGo(): (to: string, label?: string) => void {
  const router = useRouter()
  return (to, label) => {
    if (label !== undefined) remember({ to, label })
    router.history.push(`/admin${to}`)
  }
}
