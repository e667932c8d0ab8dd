// A file of its own and not a script in the page: the policy allows none there.
// Before the first paint, so that a dark page never flashes white.
const wanted = localStorage.getItem('mantine-color-scheme-value') ?? 'auto'
const dark = wanted === 'dark' || (wanted === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')

// Asked for while the page's own code is still on its way; panel/api.ts takes the answers. Whether there is a session to ask
// with, the server has written into the page (http/panel-files.ts).
window.early = { '/api/session': fetch('/api/session') }
if (document.documentElement.dataset.session === 'kept') window.early['/api/overview'] = fetch('/api/overview')
// Whoever asks again is told what is wrong.
for (const answer of Object.values(window.early)) answer.catch(() => {})
