import '@fontsource-variable/inter'
import './styles.css'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { type ReactNode, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { whenRefused, whenSignedOut } from './api.ts'
import { SpokenContext, useSpoken } from './i18n.ts'
import { whenIdle } from './idle.ts'
import { overviewQuery, queryClient, sessionQuery } from './queries.ts'
import { router } from './router.tsx'
import { theme } from './theme.ts'
import { loadWords, startLanguage } from './words.ts'

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
const place = document.getElementById('root')
if (!place) throw new Error('the page has no #root')

whenSignedOut(() => {
  queryClient.setQueryData(sessionQuery.queryKey, { user: null, expiresAt: null, csrfToken: null })
})
whenRefused(() => void queryClient.invalidateQueries(sessionQuery))
const isFirst = /^\/admin\/?$/.test(location.pathname)
const isKept = document.documentElement.dataset.session === 'kept'
// Asked for beside the language, so that the first page needs one round trip less.
const overview = isFirst && isKept ? queryClient.prefetchQuery(overviewQuery) : undefined
await Promise.all([startLanguage(), queryClient.prefetchQuery(sessionQuery)])
// The first page is found and filled before the first render, which then is the only one. Bones are for an answer that takes its time.
if (isFirst) await Promise.all([router.load(), Promise.race([overview, wait(150)])])

createRoot(place).render(
  <StrictMode>
    <Speaking>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </Speaking>
  </StrictMode>,
)
// For what a click will say. Whoever cannot do without them asks for them again.
whenIdle(() => void loadWords().catch(() => {}))

function Speaking({ children }: { children: ReactNode }) {
  return <SpokenContext value={useSpoken()}>{children}</SpokenContext>
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
