import '../../../clarity-extension/panel/styles.css'
import '@mantine/core/styles/Button.css'
import { Button, MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'

/** The panel's framework with nothing in it: what the bench `panel` measures the panel against. */
const place = document.getElementById('root')
if (!place) throw new Error('the page has no #root')
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
const router = createRouter({ routeTree: createRootRoute({ component: Page }), basepath: '/admin' })

createRoot(place).render(
  <StrictMode>
    <MantineProvider defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)

function Page() {
  const [count, setCount] = useState(0)
  return (
    <main>
      <h1>Nothing</h1>
      <Button onClick={() => setCount(count + 1)}>{count}</Button>
    </main>
  )
}
