// Shows what has changed without losing what somebody is typing.
const content = document.querySelector('#content')

async function refresh() {
  const busy = content.contains(document.activeElement) && document.activeElement.matches('input')
  const edited = [...content.querySelectorAll('input')].some((input) => input.value !== input.defaultValue)
  if (document.hidden || busy || edited) return
  const response = await fetch('/')
  if (!response.ok) return
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('#content')
  if (fresh && fresh.innerHTML !== content.innerHTML) content.replaceChildren(...fresh.childNodes)
}

setInterval(() => refresh().catch(() => {}), 2000)
