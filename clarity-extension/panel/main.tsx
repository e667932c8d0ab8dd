import '@fontsource-variable/inter'
import './styles.css'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { whenRefused, whenSignedOut } from './api.ts'
import { startLanguage } from './i18n.ts'
import { queryClient, sessionQuery } from './queries.ts'
import { router } from './router.tsx'
import { theme } from './theme.ts'

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
const place = document.getElementById('root')
if (!place) throw new Error('the page has no #root')

whenSignedOut(() => {
  queryClient.setQueryData(sessionQuery.queryKey, { user: null, expiresAt: null, csrfToken: null })
})
whenRefused(() => void queryClient.invalidateQueries(sessionQuery))
// Asked for beside the language, so that the first page needs one round trip less.
const session = queryClient.prefetchQuery(sessionQuery)
await Promise.all([startLanguage(), session])
// The page is found before the first render, which then is the only one.
if (/^\/admin\/?$/.test(location.pathname)) await router.load()

createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
