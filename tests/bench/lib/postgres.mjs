// The private PostgreSQL, one for all that want one: with fsync, as the server demands. It may run on both cores.
import { join } from 'node:path'
import { folder, must, root } from './place.mjs'

const tool = join(root, 'tests/lib/postgres')
const made = new Set()

export const postgres = {
  folder: join(folder, 'pg'),
  pid: 0,
  begin() {
    if (postgres.pid) return
    must([tool, 'start', postgres.folder, String(process.pid)])
    postgres.pid = Number(must([tool, 'pid', postgres.folder]))
  },
  /** A database of that name, made when it is not there yet. */
  database(name) {
    postgres.begin()
    if (!made.has(name)) must([tool, 'newdb', postgres.folder, name])
    made.add(name)
    return name
  },
  url: (database, role) => `host=${postgres.folder} dbname=${database} user=${role}`,
  sql(database, text) {
    return must(['psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', postgres.url(database, 'postgres')], { input: text }).trim()
  },
  /** Single-row commits by many, in turn with what is measured: latencies in milliseconds. */
  pgbench(database, { clients, seconds, rate }) {
    const script = 'INSERT INTO bench_commit (at) VALUES (clock_timestamp());\n'
    postgres.sql(database, 'DROP TABLE IF EXISTS bench_commit; CREATE TABLE bench_commit (id bigserial, at timestamptz)')
    const log = join(folder, `pgbench-${Date.now()}`)
    must(['pgbench', '-n', '-M', 'prepared', '-f', '-', '-c', String(clients), '-j', '1', '-T', String(seconds), '-l', `--log-prefix=${log}`,
      ...(rate ? ['-R', String(rate)] : []), '-h', postgres.folder, '-U', 'postgres', database], { input: script })
    // Columns of pgbench's log: client, transaction, microseconds, …
    return must(['sh', '-c', `cat ${log}.*; rm ${log}.*`]).trim().split('\n').map((line) => Number(line.split(' ')[2]) / 1000)
  },
}
