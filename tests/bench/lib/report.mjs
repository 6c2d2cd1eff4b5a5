// The figures for people: tables on the terminal and in a file, plots by gnuplot, everything in JSON.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { allNotes, figure, figures } from './figures.mjs'
import { outcome, targets } from '../targets.mjs'

const number = (value) =>
  value === undefined ? '–'
  : value >= 1000 ? Math.round(value).toLocaleString('en')
  : value >= 100 ? value.toFixed(0)
  : value >= 10 ? value.toFixed(1)
  : value.toFixed(2)

export function table(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => String(row[i]).length)))
  const line = (row) => row.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]))).join('  ')
  return [line(rows[0]), widths.map((w) => '─'.repeat(w)).join('  '), ...rows.slice(1).map(line)].join('\n')
}

/** Rows by `names`, columns by [heading, figure-of-name]. Rows without any figure are left out. */
export function comparison(title, names, columns) {
  const rows = names.map((name) => [name, ...columns.map(([, of]) => { const value = of(name); return typeof value === 'string' ? value : number(value) })])
    .filter((row) => row.slice(1).some((cell) => /\d/.test(cell)))
  return rows.length === 0 ? '' : `\n${title}\n\n${table([['', ...columns.map(([heading]) => heading)], ...rows])}\n`
}

export const fig = figure

function targetTable(parts) {
  const rows = targets.filter(({ part }) => parts.includes(part)).map((target) => {
    const got = outcome(target, figure)
    const unit = target.unit ? ` ${target.unit}` : target.how === 'ratio' ? '×' : ''
    return [target.name, `${target.bound === 'most' ? '≤' : '≥'} ${number(target.limit)}${unit}`, got ? `${number(got.got)}${unit}` : '–',
      got ? (got.isMet ? 'met' : 'MISSED') : 'not measured']
  })
  return `\nTargets\n\n${table([['', 'wanted', 'got', ''], ...rows])}\n`
}

export const missed = (parts) => targets.filter((target) => parts.includes(target.part) && outcome(target, figure)?.isMet !== true)

export function machine() {
  return `${cpus().length} × ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`
}

/** Lines of y over x, one for each series: {name: [[x, y], …]}. */
export function plot(folder, name, { title, x, y, series, isLogX = true, isLogY = true }) {
  const drawn = Object.entries(series).filter(([, points]) => points.length > 1)
  if (drawn.length === 0) return
  mkdirSync(folder, { recursive: true })
  const data = drawn.map(([key, points], i) => `$d${i} << EOD\n${points.map((point) => point.join(' ')).join('\n')}\nEOD`).join('\n')
  const lines = drawn.map(([key], i) => `$d${i} with linespoints lw 2 pt 7 ps 0.5 title "${key}"`).join(', ')
  const script = `${data}
set terminal svg size 900,520 dynamic enhanced font "sans-serif,13" background "#ffffff"
set output "${join(folder, `${name}.svg`)}"
set title "${title}"
set xlabel "${x}"
set ylabel "${y}"
set key outside right
set grid
${isLogX ? 'set logscale x' : ''}
${isLogY ? 'set logscale y' : ''}
plot ${lines}
`
  const { status, stderr } = spawnSync('gnuplot', ['-'], { input: script, encoding: 'utf8' })
  if (status !== 0) throw new Error(`gnuplot: ${stderr}`)
}

export function report({ out: folder, parts, short: isShort }, sections) {
  mkdirSync(folder, { recursive: true })
  const head = `Korsdrag and its peers, ${new Date().toISOString().slice(0, 10)}: ${machine()}. Medians; the server on one core, the driver on the other.\n`
  const text = [head, ...sections, isShort ? '' : targetTable(parts), ...allNotes().map((note) => `* ${note}`), ''].join('\n')
  writeFileSync(join(folder, 'report.txt'), text)
  writeFileSync(join(folder, 'results.json'), JSON.stringify({
    at: new Date().toISOString(), machine: machine(), parts, notes: allNotes(), figures: figures(),
    targets: targets.filter(({ part }) => parts.includes(part)).map((target) => ({ ...target, ...outcome(target, figure) })),
  }, null, 1))
  return text
}
