import { first as deFirst } from '../../clarity-extension/panel/words/de/first.ts'
import { rest as deRest } from '../../clarity-extension/panel/words/de/rest.ts'
import { first as enFirst } from '../../clarity-extension/panel/words/en/first.ts'
import { rest as enRest } from '../../clarity-extension/panel/words/en/rest.ts'

/** Every word of the panel. */
export const en = { ...enFirst, ...enRest }
export const de = { ...deFirst, ...deRest }
