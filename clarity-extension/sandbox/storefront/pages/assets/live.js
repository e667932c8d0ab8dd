// Parts of a page that change by themselves: <section data-live="/path"> is read again while the page is visible.
const EVERY_MS = 1500

for (const part of document.querySelectorAll('[data-live]')) {
  const refresh = async () => {
    if (document.visibilityState === 'visible') {
      try {
        const answer = await fetch(part.dataset.live, { headers: { accept: 'text/html' } })
        const text = answer.ok ? await answer.text() : part.innerHTML
        if (text !== part.dataset.shown) {
          part.dataset.shown = text
          part.innerHTML = text
        }
      } catch {
        // The sandbox was stopped; the next round tries again.
      }
    }
    setTimeout(refresh, EVERY_MS)
  }
  setTimeout(refresh, EVERY_MS)
}

// On its way to the bridge's panel.
for (const form of document.querySelectorAll('form[data-send]')) form.submit()
