import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { htmlToText, textToHtml } from '../../clarity-extension/mapping/functions/html.ts'
import { brokenLines, splitName } from '../../clarity-extension/mapping/functions/text.ts'
import { conversions, convert, prepare } from '../../clarity-extension/mapping/functions.ts'
import { usd } from './mapping-support.ts'

describe('conversions do what their examples say', () => {
  const examples = Object.entries(conversions).flatMap(([name, { examples: given }]) =>
    given.map((example) => ({ name, ...example })),
  )
  it.each(examples)('$name of $from with $args', ({ name, from, args, to, refused }) => {
    const result = convert(from, [args ? { do: name, ...args } : name], usd)
    if (refused) expect(result).toMatchObject({ ok: false, code: refused, message: expect.stringMatching(/\w/) })
    else expect(result).toEqual({ ok: true, value: to })
  })

  it('have an example each', () => {
    expect(Object.entries(conversions).filter(([, one]) => one.examples.length === 0)).toEqual([])
  })
})

describe('a step', () => {
  it('that is unknown or has wrong arguments says so', () => {
    expect(prepare('constructor')).toMatchObject({ ok: false, message: expect.stringContaining('constructor') })
    expect(prepare({ do: 'truncate', length: 0 })).toMatchObject({
      ok: false,
      message: expect.stringContaining('length'),
    })
    expect(prepare({ do: 'unit', from: 'kg', to: 'm' })).toMatchObject({ ok: false })
    expect(prepare({ do: 'odooDate', zone: 'Mars/Base' })).toMatchObject({ ok: false })
  })

  it('hands its result to the next', () => {
    expect(convert('  Jane   Doe ', ['collapse', 'lastName', 'upper'], usd)).toEqual({ ok: true, value: 'DOE' })
  })
})

describe('dates', () => {
  it("case 11: a store's clock change moves no moment and breaks nothing", () => {
    const zone = 'America/New_York'
    for (let minute = 0; minute < 24 * 60; minute += 15) {
      const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`
      for (const day of ['2026-03-08', '2026-11-01']) {
        const result = convert(`${day}T${time}`, [{ do: 'odooDatetime', zone }], usd)
        expect(result, `${day} ${time}`).toMatchObject({
          ok: true,
          value: expect.stringMatching(/^2026-\d\d-\d\d \d\d:/),
        })
      }
    }
  })

  it("are the company's days", () => {
    const context = { ...usd, company: { currency: 'USD', timezone: 'Asia/Tokyo' } }
    expect(convert('2026-06-30T16:00:00Z', ['odooDate'], context)).toEqual({ ok: true, value: '2026-07-01' })
  })
})

describe('property', () => {
  it('case 32: a split name joins to the name', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ minLength: 1, unit: 'grapheme' }).filter((word) => !/\s/u.test(word)),
          { minLength: 1 },
        ),
        (words) => {
          const name = words.join(' ')
          const [first, last] = splitName(name)
          expect([first, last].filter(Boolean).join(' ')).toBe(name)
        },
      ),
    )
  })

  it('case 32: text survives HTML and back, and nothing in it acts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 4_000 }), (text) => {
        const html = textToHtml(text)
        expect(html.replace(/^<p>|<br>|<\/p>$/g, '')).not.toMatch(/[<>"']/)
        const plain = (one: string) => one.replace(/[\s\u00a0]+/g, ' ').trim()
        expect(plain(htmlToText(html))).toBe(plain(text))
      }),
    )
  })

  it('a hostile HTML text costs no more than its length', () => {
    for (const part of ['<', '<p', '<!--', '&#', '<script>', '</', '&amp']) {
      expect(htmlToText(part.repeat(200_000)).length).toBeLessThanOrEqual(part.length * 200_000)
    }
  })

  it('measures come back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (grams) => {
        const there = convert(grams, [{ do: 'unit', from: 'g', to: 'kg' }], usd)
        const back = there.ok ? convert(there.value, [{ do: 'unit', from: 'kg', to: 'g' }], usd) : there
        expect(back).toEqual({ ok: true, value: String(grams) })
      }),
    )
  })

  it('lines of an address joined again are the address, and none is too long', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^\S{1,15}$/u), { maxLength: 12 }),
        fc.integer({ min: 15, max: 40 }),
        (words, width) => {
          const lines = brokenLines(words.join('  '), width)
          expect(lines.join(' ')).toBe(words.join(' '))
          expect(lines.every((line) => [...line].length <= width)).toBe(true)
        },
      ),
    )
  })

  it('a moment survives being written in any zone and read again', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe']
    const between = { min: new Date('2000-01-01'), max: new Date('2037-12-31'), noInvalidDate: true }
    fc.assert(
      fc.property(fc.date(between), fc.constantFrom(...zones), (date, zone) => {
        const instant = new Date(Math.floor(date.getTime() / 1000) * 1000).toISOString()
        const format = 'dd.MM.yyyy HH:mm:ss ZZ'
        const steps = [{ do: 'formatDate', format, zone }, { do: 'parseDate', format, zone }, 'odooDatetime', 'instant']
        expect(convert(instant, steps, usd)).toEqual({ ok: true, value: instant })
      }),
    )
  })
})
