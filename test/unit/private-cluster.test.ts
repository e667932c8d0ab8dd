import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cluster, postgresInstalled, privateCluster, type ThrowawayDatabase } from '../support/postgres.ts'

describe.skipIf(!postgresInstalled())('a PostgreSQL cluster of one’s own', () => {
  let cluster: Cluster
  let database: ThrowawayDatabase

  beforeAll(async () => {
    cluster = await privateCluster()
    database = await cluster.database()
  })
  afterAll(() => cluster.dispose())

  it('keeps its data and its address over a crash', async () => {
    await query(database.url, 'create table kept as select 42 as answer')
    await cluster.stop('immediate')
    await expect(query(database.url, 'select 1')).rejects.toThrow('ECONNREFUSED')
    await cluster.start()
    expect(await query(database.url, 'select answer from kept')).toEqual([{ answer: 42 }])
  })

  it('gives every test a database that nobody else has, and takes it away', async () => {
    const other = await cluster.database()
    expect(other.url).not.toBe(database.url)
    await other.drop()
    await expect(query(other.url, 'select 1')).rejects.toThrow('does not exist')
  })
})

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {}) // a session that the crash ends
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
