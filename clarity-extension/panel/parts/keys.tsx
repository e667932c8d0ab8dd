import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { tinykeys } from 'tinykeys'
import { places } from './places.ts'

/** The keys that work on every page. Those of a list are in row-keys.ts, the search's in activity-filter.tsx. */
export function useKeys({ palette, help }: { palette: () => void; help: () => void }): void {
  const router = useRouter()
  useEffect(() => {
    const going = places.map(({ to, key }) => [`g ${key}`, () => router.history.push(`/admin${to}`)] as const)
    return tinykeys(
      window,
      {
        ...Object.fromEntries(going),
        '$mod+k': (event) => {
          event.preventDefault()
          palette()
        },
        '[Shift]+?': help,
      },
      { ignore: (event) => event.isComposing || (!event.ctrlKey && !event.metaKey && isElsewhere(event.target)) },
    )
  }, [router, palette, help])
}

/** Where a letter is a letter: in fields, dialogs and menus. */
export const isElsewhere = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('input, textarea, select, [contenteditable], [role=dialog], [role=menu]') !== null

/** As it is printed on this person's keyboard. */
export const modifier = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl'
