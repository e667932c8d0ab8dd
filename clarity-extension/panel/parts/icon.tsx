/** Drawn on a 20 grid with one stroke width, so that they sit quietly beside text. */
const shapes = {
  overview: 'M3.5 16.5v-5M8 16.5V8m4.5 8.5v-6M17 16.5v-13',
  activity: 'M2.5 10.5h3L8 4l4 12.5 2.5-6h3',
  attention: 'M10 3.2 2.6 16.2h14.8L10 3.2Zm0 5v3.6m0 2.3v.1',
  pulse: 'M2.5 13.5h4l2-9 3 12 2-6h4M14.5 4.5h.01',
  mappings: 'M3 5.5h4.5l5 9H17m-3-3 3 3-3 3M3 14.5h4.5M12.5 5.5H17m-3-3 3 3-3 3',
  edit: 'm4 16 .8-3.2L13 4.6a1.4 1.4 0 0 1 2 0l.4.4a1.4 1.4 0 0 1 0 2L7.2 15.2 4 16Z',
  up: 'M10 15.5v-11m-4.5 4L10 4l4.5 4.5',
  down: 'M10 4.5v11m-4.5-4L10 16l4.5-4.5',
  check: 'm4.5 10.5 3.7 3.7 7.3-8',
  cross: 'm5 5 10 10M15 5 5 15',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm0-10.8V10l2.6 1.6',
  pause: 'M7 5v10m6-10v10',
  play: 'M6.5 4.5v11l9-5.5-9-5.5Z',
  replay: 'M4 10a6 6 0 1 0 2-4.5L4 7.3M4 3.6v3.7h3.7',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11Zm4-1.5 3.8 3.8',
  chevron: 'm8 5.5 4.5 4.5L8 14.5',
  copy: 'M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3',
  external: 'M8 4.5H4.5v11h11V12M11 4.5h4.5V9m0-4.5L9 11',
  eye: 'M2.5 10s2.7-5 7.5-5 7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5Zm7.5 2.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4Z',
  dots: 'M5 10h.01M10 10h.01M15 10h.01',
  inbox: 'M3 11.5 5 4.5h10l2 7v4H3v-4Zm0 0h4l1 2h4l1-2h4',
  plug: 'M7.5 3v3.5m5-3.5v3.5M5 6.5h10v2.8a5 5 0 0 1-10 0V6.5Zm5 7.8V17',
  out: 'M12.5 6V4h-8v12h8v-2M8.5 10h8.5m0 0-2.5-2.5M17 10l-2.5 2.5',
  skip: 'M4 10h12m-4-4 4 4-4 4',
  hand: 'M5 10h10',
  scales: 'M10 3.5v13m-4 0h8M4 6.5h12M4 6.5l-2 5h4l-2-5Zm12 0-2 5h4l-2-5Z',
  sync: 'M4 8h11l-3-3M16 12H5l3 3',
  swap: 'M4 7h11m-3-3 3 3-3 3M16 13H5m3-3-3 3 3 3',
  lock: 'M5.5 9h9v7.5h-9zM7.5 9V6.5a2.5 2.5 0 0 1 5 0V9',
  settings: 'M3 6h7m4 0h3M3 14h3m4 0h7M12 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM8 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
} as const
export type IconName = keyof typeof shapes

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'dots' ? 2.4 : 1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ flex: 'none' }}
    >
      <path d={shapes[name]} />
    </svg>
  )
}
