import type { Operation } from '../../odoo-bridge/client/shapes.ts'
import { type Answer, correct } from '../../shared/outcome.ts'
import type { FieldGroup } from '../../shared/switches.ts'
import type { OdooSender } from '../delivery/odoo-sender.ts'
import type { Trace } from '../flows/flow.ts'
import type { RecordPorts } from '../flows/record-to-odoo.ts'
import type { Links } from '../links.ts'
import { withExpressions } from '../mapping/expressions/mapped.ts'
import type { ExpressionPool } from '../mapping/expressions/pool.ts'
import type { MasterContext } from '../mapping/masters/context.ts'
import type { MasterMapped } from '../mapping/masters/mapped.ts'
import { atSource } from './at-source.ts'
import type { CheckParts } from './checked.ts'
import { masterCheck } from './master-check.ts'

type Mapped = Extract<MasterMapped, { ok: true }>

export interface RecordParts<Record> {
  /** Of its links, e.g. `customer`. */
  kind: string
  read: RecordPorts<Record, Mapped>['read']
  map(record: Record, written: ReadonlySet<FieldGroup>, context: MasterContext): MasterMapped
  context(): Promise<Answer<MasterContext>>
  sender: Pick<OdooSender, 'apply'>
  links: Pick<Links, 'get' | 'save'>
  expressions: Pick<ExpressionPool, 'evaluate'>
  /** What is mapped is held against Odoo's fields before it is sent. */
  check: CheckParts
}

/** What a flow of master data to Odoo needs, from the real parts. */
export function recordPorts<Record>(parts: RecordParts<Record>): RecordPorts<Record, Mapped> {
  const { kind, read, context, sender, links } = parts
  const check = masterCheck(parts.check)
  return {
    read,

    async link(id) {
      const link = await links.get(kind, id)
      return link && { version: link.clarityVersion, hash: link.hash }
    },

    async map(record, written) {
      const known = await context()
      if (!known.ok) return known
      const mapped = await withExpressions(known.value, parts.expressions, (context) =>
        parts.map(record, written, context),
      )
      if (mapped.ok) return { ok: true, value: mapped }
      return { ok: false, outcome: (await check(mapped, known.value)) ?? correct(...mapped.problems) }
    },

    async deliver(mapped, traceparent, trace) {
      const { operations } = mapped
      const known = await context()
      if (!known.ok) return known
      const ref = operations[0]?.ref ?? ''
      const linked = (await links.get(kind, ref)) !== undefined
      const outcome = await check(mapped, known.value, { linked })
      if (outcome) return { ok: false, outcome }
      const answers = await Promise.all(operations.map((one) => sender.apply({ ...one, traceparent })))
      trace.step('odoo', 'clarity.bridge.apply')
      operations.forEach((operation, index) => {
        tell(trace, operation, answers[index])
      })
      for (const [index, answer] of answers.entries()) {
        if (!answer.ok)
          return { ok: false, outcome: atSource(answer.outcome, mapped.origins[operations[index]?.id ?? '']) }
      }
      const [first] = answers
      const [operation] = operations
      if (!first?.ok || !operation || first.value.res_id === undefined)
        throw new Error('Odoo did not say what it wrote')
      const { status, res_id, name = '' } = first.value
      return { ok: true, value: { status, model: operation.model, id: res_id, name } }
    },

    saveLink: (clarityId, { model, id, name }, clarityVersion, hash, wroteBy) =>
      links.save({ kind, clarityId, odooModel: model, odooId: id, odooName: name, clarityVersion, hash, wroteBy }),
  }
}

/** Field names and ids: no personal data. */
function tell(
  trace: Trace,
  { id, model, values }: Operation,
  answer: Awaited<ReturnType<OdooSender['apply']>> | undefined,
) {
  const fields = Object.keys(values)
  if (answer?.ok) trace.step('apply', `${model} ${answer.value.res_id} ${answer.value.status}`, { id, fields })
  else trace.step('apply', `${id}: ${answer?.outcome.kind}`, answer?.outcome)
}
