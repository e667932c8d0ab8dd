import { type Evidence, type ReadSource, type ReadTarget, samplesShown } from './evidence.ts'

/** Why, as a code with its words for the panel's languages, and as an English sentence. */
export interface Reason {
  code: string
  args: Record<string, string | number>
  text: string
}

type Chosen = { target: ReadTarget; evidence: Evidence }

export function reasonsFor(
  source: ReadSource,
  chosen: Chosen | undefined,
  suggested: boolean,
  paths: readonly string[] = [],
): Reason[] {
  const name = source.field.path
  if (!chosen) return [reason('nothing', { name })]
  const { target, evidence } = chosen
  const label = target.target.field.string
  if (!suggested) return [reason('notSure', { name, label }), ...doubts(evidence, label, source)]
  return [
    ...(paths.length > 1 ? [reason('joined', { paths: paths.join(', '), label })] : []),
    ...nameReason(name, label, evidence),
    ...support(evidence, label, source),
    ...doubts(evidence, label, source),
    ...(target.target.field.readonly ? [reason('computed', { label })] : []),
  ]
}

function nameReason(name: string, label: string, { by, words, name: strength }: Evidence): Reason[] {
  if (by === 'nothing') return []
  if (by === 'glossary') return [reason('alsoCalled', { name, label, words })]
  return [reason(strength > 0.95 ? 'sameName' : 'similarName', { name, label })]
}

function support({ format, choices }: Evidence, label: string, { field }: ReadSource): Reason[] {
  const samples = samplesShown(field.samples)
  return [
    ...(format?.agrees
      ? [reason('format', { format: format.format, matching: format.matching, of: format.of, samples })]
      : []),
    ...(choices && choices.matching > 0
      ? [reason('choices', { matching: choices.matching, of: choices.of, label })]
      : []),
  ]
}

function doubts({ format, choices, type }: Evidence, label: string, { field }: ReadSource): Reason[] {
  return [
    ...(type < 0.6 ? [reason('otherType', { label, type: field.type })] : []),
    ...(format && !format.agrees
      ? [
          reason(format.matching > 0 ? 'otherFormat' : 'notFormat', {
            format: format.format,
            of: format.of,
            label,
            samples: samplesShown(field.samples),
          }),
        ]
      : []),
    ...(choices && choices.matching === 0 ? [reason('noChoice', { label })] : []),
  ]
}

const sentences: Record<string, string> = {
  nothing: 'Nothing in Odoo is called anything like “{{name}}”.',
  notSure: '“{{label}}” comes nearest to “{{name}}”, but not near enough to suggest it.',
  joined: '{{paths}} together are “{{label}}”.',
  sameName: '“{{name}}” and “{{label}}” are the same words.',
  similarName: '“{{name}}” and “{{label}}” say nearly the same.',
  alsoCalled: '“{{label}}” is what storefronts call “{{words}}”, and so is “{{name}}”.',
  format: '{{matching}} of {{of}} samples have the form of it ({{format}}): {{samples}}.',
  choices: '{{matching}} of {{of}} values are choices of “{{label}}”.',
  otherType: '“{{label}}” holds another type than {{type}}.',
  otherFormat: 'The samples look like something else ({{format}}): {{samples}}.',
  notFormat: 'None of {{of}} samples has the form that “{{label}}” takes ({{format}}): {{samples}}.',
  noChoice: 'None of the values is a choice of “{{label}}”.',
  noValue: 'Nothing in Odoo is anything like “{{value}}”.',
  valueNotSure: '“{{name}}” comes nearest to “{{value}}”, but not near enough to suggest it.',
  chosenBefore: 'Somebody chose “{{name}}” for “{{value}}” before.',
  sameCode: '“{{value}}” has the code of “{{name}}” ({{code}}).',
  sameValue: '“{{value}}” and “{{name}}” mean the same.',
  sameNumber: '“{{value}}” has the number {{number}}, and so has “{{name}}”.',
  otherNumber: '“{{value}}” has the number {{number}}, “{{name}}” another one.',
  sameMeaning: '“{{value}}” and “{{name}}” share what tells them apart from the others.',
  spelling: '“{{value}}” is spelt nearly like “{{name}}”.',
  skuSeparators: '“{{value}}” is “{{name}}” with other separators or letters in another case.',
  skuLookalike: '“{{value}}” is “{{name}}” with letters and digits that look alike, such as O and 0.',
  skuSwapped: '“{{value}}” is “{{name}}” with two letters swapped.',
  skuSpelling: '“{{value}}” is spelt nearly like “{{name}}”, which Odoo knows.',
  skuEnd: '“{{value}}” and “{{name}}” begin alike.',
  soldAs: 'It was sold under the name of that product, “{{name}}”.',
  soldOtherwise: 'It was sold as “{{soldAs}}”, but that product is called “{{name}}”.',
  modelAgrees: 'The language model chose “{{label}}”, too.',
  modelChose: 'The language model chose “{{label}}” among what the matcher offered; nobody has checked it.',
  computed: 'Odoo computes “{{label}}” itself: it is read, not written.',
}

export function reason(code: string, args: Record<string, string | number>): Reason {
  const sentence = sentences[code]
  if (sentence === undefined) throw new Error(`no words for the reason ${code}`)
  return { code, args, text: sentence.replace(/\{\{(\w+)\}\}/g, (_, key: string) => String(args[key] ?? '')) }
}
