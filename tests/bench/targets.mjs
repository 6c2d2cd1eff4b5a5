// What is asked of Korsdrag, each row one target: `--check` and the printed report come from this list alone. The source of all is
// the engine's goal, "the fastest of its kind", on two cores; `of` and `to` name figures (lib/figures.mjs).

/** `of` over `to` (or `of` alone) is at most, or at least, `limit`. */
const ratio = (part, name, of, to, bound, limit) => ({ part, name, of, to, bound, limit, how: 'ratio' })
/** `of` less `to` is at most `limit`. */
const above = (part, name, of, to, limit, unit) => ({ part, name, of, to, bound: 'most', limit, how: 'difference', unit })
const value = (part, name, of, bound, limit, unit) => ({ part, name, of, bound, limit, how: 'value', unit })

const fanout = [100, 1000, 10000].flatMap((viewers) => {
  const cpu = (load, who) => `fanout/${load}/${viewers}/${who}/cpu_us`
  const ten = viewers === 1000 ? ['ws', 'socket.io', 'nchan'] : []
  return [
    ratio('fanout', `${viewers} viewers, saturated: CPU a delivery, to the coalesced floor`, cpu('saturated', 'korsdrag'), cpu('saturated', 'floor, coalesced'), 'most', 1.3),
    ratio('fanout', `${viewers} viewers, saturated: CPU a delivery, to Bun`, cpu('saturated', 'korsdrag'), cpu('saturated', 'bun'), 'most', 1.2),
    ratio('fanout', `${viewers} viewers, 50,000 deliveries/s: CPU a delivery, to the one-send floor`, cpu('sparse', 'korsdrag'), cpu('sparse', 'floor, one send'), 'most', 1.1),
    ratio('fanout', `${viewers} viewers, 50,000 deliveries/s: CPU a delivery, to Bun`, cpu('sparse', 'korsdrag'), cpu('sparse', 'bun'), 'most', 1.2),
    ...ten.map((who) => ratio('fanout', `${viewers} viewers, saturated: CPU a delivery of ${who}, to ours`, cpu('saturated', who), cpu('saturated', 'korsdrag'), 'least', 10)),
  ]
})

const memory = [
  value('memory', 'a connection before sign-in', 'memory/connection/before sign-in', 'most', 2.5, 'KB'),
  value('memory', 'a connection signed in, a board and a thread open', 'memory/connection/board and thread', 'most', 6, 'KB'),
  value('memory', 'connections to one process', 'memory/connections', 'least', 18000, 'connections'),
]

const storm = [
  value('storm', "10,000 clients come back: the node's CPU", 'storm/10000/cpu_s', 'most', 5, 's'),
  value('storm', '10,000 clients come back: ack p99 of the others', 'storm/10000/others_p99_ms', 'most', 200, 'ms'),
]

const board = [
  ...[50, 200].flatMap((clients) => {
    const of = (who, what) => `board/saturated/${clients}/${who}/${what}`
    return [
      ratio('board', `${clients} clients, saturated: durable acks a second, to the plain grouped server`, of('korsdrag', 'acks_per_s'), of('plain', 'acks_per_s'), 'least', 1.3),
      ratio('board', `${clients} clients, saturated: server CPU an op, to the plain grouped server`, of('korsdrag', 'cpu_us_op'), of('plain', 'cpu_us_op'), 'most', 0.5),
      ratio('board', `${clients} clients, saturated: acks a second, to tldraw in memory`, of('korsdrag', 'acks_per_s'), of('tldraw, memory', 'acks_per_s'), 'least', 6),
      ratio('board', `${clients} clients, saturated: acks a second, to tldraw on SQLite`, of('korsdrag', 'acks_per_s'), of('tldraw, SQLite', 'acks_per_s'), 'least', 15),
    ]
  }),
  value('board', '200 clients × 10/s: acknowledged', 'board/paced/200/korsdrag/acks_per_s', 'least', 1980, '/s'),
  value('board', '200 clients × 10/s: delivered', 'board/paced/200/korsdrag/delivered_per_s', 'least', 394000, '/s'),
  ratio('board', '200 clients × 10/s: ack p99, to the plain grouped server', 'board/paced/200/korsdrag/ack_p99_ms', 'board/paced/200/plain/ack_p99_ms', 'most', 1),
  ratio('board', '200 clients × 10/s: server CPU, to the plain grouped server', 'board/paced/200/korsdrag/cpu_share', 'board/paced/200/plain/cpu_share', 'most', 2 / 3),
  ratio('board', '50 clients × 10/s: server CPU a delivered op, to tldraw in memory', 'board/paced/50/korsdrag/cpu_us', 'board/paced/50/tldraw, memory/cpu_us', 'most', 1 / 8),
]

const join = [
  ratio('join', '5,000 cards: bytes, to tldraw', 'join/5000/korsdrag/bytes', 'join/5000/tldraw, memory/bytes', 'most', 1 / 3),
  ratio('join', '5,000 cards: time, to tldraw', 'join/5000/korsdrag/ms', 'join/5000/tldraw, memory/ms', 'most', 1 / 3),
  value('join', 'memory of a loaded idle board of 100 cards', 'join/memory/loaded', 'most', 8, 'KB'),
  value('join', 'memory of an evicted board of 100 cards', 'join/memory/evicted', 'most', 0.2, 'KB'),
]

const rest = [
  above('latency', "200 writers: p99 from write to another's screen, over pgbench's single-row commit", 'latency/one node/p99_ms', 'latency/pgbench/p99_ms', 15, 'ms'),
  above('latency', 'between two nodes over NATS: p50 over that of one node', 'latency/two nodes/p50_ms', 'latency/one node/p50_ms', 1, 'ms'),
  value('thread', 'a post to 10,000 readers: the last has it after', 'thread/10000/last_ms', 'most', 1000, 'ms'),
  // The same work must take the same time; a tenth is this machine's noise.
  ratio('history', 'a board with 10⁶ events opens, to one with 10³', 'history/1000000/ms', 'history/1000/ms', 'most', 1.1),
]

export const targets = [...fanout, ...memory, ...storm, ...board, ...join, ...rest]

/** What a target came to: undefined when its figures were not measured. */
export function outcome(target, figure) {
  const of = figure(target.of)
  const to = target.to === undefined ? undefined : figure(target.to)
  if (of === undefined || (target.to !== undefined && to === undefined)) return undefined
  const got = target.how === 'ratio' ? of / to : target.how === 'difference' ? of - to : of
  return { of, to, got, isMet: target.bound === 'most' ? got <= target.limit : got >= target.limit }
}
