import { useDebouncedValue } from '@mantine/hooks'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'

/** A page's filter as its address holds it, so that a link to it shows the same. Empty values stand for none and are left out. */
export function useAddress(): [given: ReadonlyMap<string, string>, change: (part: Record<string, string>) => void] {
  const navigate = useNavigate()
  const { pathname, search } = useLocation()
  // A value such as 1042 arrives as a number.
  const given = new Map(Object.entries(search).map(([name, value]) => [name, String(value)]))
  const to: string = pathname
  const change = (part: Record<string, string>) => {
    const next = Object.entries({ ...Object.fromEntries(given), ...part }).filter(([, value]) => value !== '')
    // A filter changes what is shown, not where one is.
    void navigate({ to, search: Object.fromEntries(next), replace: true, resetScroll: false })
  }
  return [given, change]
}

/** A text field of the filter: shown at once, in the address after a pause in typing. */
export function useAddressText(name: string): [text: string, settled: string, type: (text: string) => void] {
  const [given, change] = useAddress()
  const [text, type] = useState(given.get(name) ?? '')
  const [settled] = useDebouncedValue(text.trim(), 200)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was typed changes the address
  useEffect(() => {
    if (settled !== (given.get(name) ?? '')) change({ [name]: settled })
  }, [settled])
  return [text, settled, type]
}
