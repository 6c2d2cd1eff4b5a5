// Runs the parts that were asked for, and says what came of them.
import { join } from 'node:path'
import { membersWanted } from './lib/korsdrag.mjs'
import { endAll, root } from './lib/place.mjs'
import { missed, report } from './lib/report.mjs'
import { targets } from './targets.mjs'

const PARTS = ['fanout', 'memory', 'storm', 'board', 'join', 'latency', 'thread', 'history', 'table']
const options = { repeat: 3, out: join(root, 'build/bench'), short: false, check: false, parts: [] }
for (const words = process.argv.slice(2); words.length > 0; ) {
  const word = words.shift()
  if (word === '--check' || word === '--short') options[word.slice(2)] = true
  else if (word === '--repeat') options.repeat = Number(words.shift())
  else if (word === '--out') options.out = words.shift()
  else if (word === '--peers') options.peers = words.shift().split(';')
  else if (word === '--list') {
    for (const { part, name, bound, limit } of targets) console.log(`${part}: ${name} ${bound === 'most' ? '≤' : '≥'} ${limit}`)
    process.exit(0)
  } else if (PARTS.includes(word)) options.parts.push(word)
  else {
    console.error(`tests/bench/run: there is no "${word}"; see --help`)
    process.exit(2)
  }
}
if (options.parts.length === 0) options.parts = PARTS
if (options.short) {
  options.repeat = 1
  membersWanted(500)
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => endAll().finally(() => process.exit(130)))

const sections = []
let status = 0
try {
  for (const name of options.parts) {
    process.stderr.write(`\n==> ${name}\n`)
    const { run, show } = await import(`./parts/${name}.mjs`)
    await run(options)
    sections.push(show(options))
    report(options, sections)
  }
  console.log(report(options, sections))
  if (options.check) {
    const failed = missed(options.parts)
    console.log(failed.length === 0 ? 'Every target is met.' : `${failed.length} targets are missed or were not measured.`)
    status = failed.length === 0 ? 0 : 1
  }
} catch (error) {
  console.error(error)
  status = 1
} finally {
  await endAll()
}
process.exit(status)
