// Korsdrag: a database with as many members, boards and threads as are wanted, and nodes on it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bin, folder, freePort, listening, makeFolder, must, sleep, start, stop } from './place.mjs'
import { postgres } from './postgres.mjs'
import { ideas } from '../peers/cards.mjs'

const DATABASE = 'korsdrag'
let members = 20000
export const membersWanted = (count) => (members = count)
const ORGANISATION = '00000000-0000-7000-8000-00000000a001'
const SPACE = '00000000-0000-7000-8000-000000001001'
const tokens = join(folder, 'tokens')
let isMade = false
let serial = 0

/** Every id here ends in digits that say what it is. */
const id = (kind, n) => `00000000-0000-7000-8000-${kind}${n.toString(16).padStart(10, '0')}`
export const memberId = (n) => id('11', n)

export const memberToken = (n) => `benchtoken${String(n).padStart(33, '0')}`

function settingsWrite(path, more) {
  writeFileSync(path, [
    'origins = http://localhost:8080', `mail.folder = ${folder}/mail`, 'log.level = warn', 'rate.read = 0', 'rate.write = 0', 'rate.live = 0',
    'rate.heavy = 0', 'limit.connections_per_address = 100000', 'limit.connections_per_member = 0', 'drain = 1s', 'drain.spread = 0ms', ...more, '',
  ].join('\n'))
}

function database() {
  if (isMade) return
  isMade = true
  makeFolder('mail')
  postgres.database(DATABASE)
  settingsWrite(join(folder, 'korsdrag.conf'), [])
  must([join(bin, 'korsdragd'), 'migrate'], { env: { ...process.env, KORSDRAG_CONFIG: join(folder, 'korsdrag.conf'),
    KORSDRAG_DATABASE_URL: postgres.url(DATABASE, 'korsdrag_owner') } })
  sql(`
    INSERT INTO organisation (id, kind, short, name) VALUES ('${ORGANISATION}', 'administration', 'KUF', 'Kulturförvaltningen');
    CREATE TEMP TABLE m AS SELECT i, ('00000000-0000-7000-8000-11' || lpad(to_hex(i), 10, '0'))::uuid AS id FROM generate_series(0, ${members - 1}) i;
    INSERT INTO stream (id, kind) SELECT id, 'member' FROM m;
    INSERT INTO member (id, mail, name, organisation_id, signed_in_at)
      SELECT id, 'm' || i || '@bench.example', 'Handläggare ' || i, '${ORGANISATION}', now() FROM m;
    INSERT INTO session (id, member_id, hash, kind, name, expires_at)
      SELECT gen_random_uuid(), id, encode(sha256(convert_to('benchtoken' || lpad(i::text, 33, '0'), 'UTF8')), 'hex'), 'token', 'bench',
             now() + interval '1 year' FROM m;
    INSERT INTO stream (id, kind) VALUES ('${SPACE}', 'space');
    INSERT INTO space (id, name, openness) VALUES ('${SPACE}', 'Allmänt', 'network')`)
  writeFileSync(tokens, Array.from({ length: members }, (_, n) => memberToken(n)).join('\n'))
  sql('ANALYZE')
}

export const sql = (text) => postgres.sql(DATABASE, `SET client_min_messages = warning; ${text}`)

/** Of board n: its id, and how its cards' ids begin. Their ends are the cards' numbers. */
const boardId = (n) => id('22', n)
const cardPrefix = (n) => `00000000-${(n >> 12).toString(16).padStart(4, '0')}-7${(n & 0xfff).toString(16).padStart(3, '0')}-8000-`

/** Boards with cards, as their creator would have made them, and `events` moves in the journal of each. */
export function boards(count, cards, events = 0) {
  database()
  const first = serial + 1
  serial += count
  const texts = ideas.map((idea) => `'${idea}'`).join(',')
  // Order keys are those of card i of the driver: "c" and three digits of base 62.
  sql(`
    CREATE TEMP TABLE b AS SELECT n, ('00000000-0000-7000-8000-22' || lpad(to_hex(n), 10, '0'))::uuid AS id,
           '00000000-' || lpad(to_hex(n >> 12), 4, '0') || '-7' || lpad(to_hex(n & 4095), 3, '0') || '-8000-' AS prefix
      FROM generate_series(${first}, ${serial}) n;
    INSERT INTO stream (id, kind, head) SELECT id, 'board', ${events} FROM b;
    INSERT INTO board (id, space_id, title, created_by) SELECT id, '${SPACE}', 'Tavla ' || n, '${memberId(0)}' FROM b;
    CREATE TEMP TABLE c AS SELECT i, lpad(to_hex(i), 12, '0') AS suffix, (ARRAY[${texts}])[i % ${ideas.length} + 1] || ' (' || i || ')' AS text,
           'c' || substr(d, i / 3844 % 62 + 1, 1) || substr(d, i / 62 % 62 + 1, 1) || substr(d, i % 62 + 1, 1) AS "order"
      FROM generate_series(0, ${cards - 1}) i, (VALUES ('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')) digits (d);
    INSERT INTO card (id, board_id, text, colour, x, y, width, height, "order", created_by)
      SELECT (b.prefix || c.suffix)::uuid, b.id, c.text, 'kalk', c.i * 10, c.i, 160, 128, c."order", '${memberId(0)}' FROM b, c;
    INSERT INTO event (stream_id, seq, actor, op, type, body, result)
      SELECT b.id, s, '${memberId(0)}', gen_random_uuid(), 'card.moved',
             jsonb_build_object('card', b.prefix || lpad(to_hex(s % ${cards}), 12, '0'), 'x', s % 10000, 'y', s % 777, 'order', 'c000'),
             jsonb_build_object('seq', s)
      FROM b, generate_series(1, ${events}) s;
    ANALYZE`)
  return Array.from({ length: count }, (_, i) => ({ stream: `board:${boardId(first + i)}`, cardsNamed: cardPrefix(first + i), cards }))
}

export const board = (cards, events) => boards(1, cards, events)[0]

/** Threads with that many posts. */
export function threads(count, posts = 1) {
  database()
  const first = serial + 1
  serial += count
  sql(`
    CREATE TEMP TABLE t AS SELECT n, ('00000000-0000-7000-8000-33' || lpad(to_hex(n), 10, '0'))::uuid AS id FROM generate_series(${first}, ${serial}) n;
    INSERT INTO stream (id, kind) SELECT id, 'thread' FROM t;
    INSERT INTO thread (id, space_id, title, excerpt, created_by, post_count)
      SELECT id, '${SPACE}', 'Tråd ' || n, 'Så här', '${memberId(0)}', ${posts} FROM t;
    INSERT INTO post (id, thread_id, number, author_id, text, html)
      SELECT gen_random_uuid(), t.id, i, '${memberId(0)}', 'Så här gör vi hos oss.', '<p>Så här gör vi hos oss.</p>' FROM t, generate_series(1, ${posts}) i;
    ANALYZE`)
  return Array.from({ length: count }, (_, i) => ({ stream: `thread:${id('33', first + i)}`, method: 'post.create', cards: 1 }))
}

export const thread = (posts) => threads(1, posts)[0]

/** A node; with it what the driver must know. */
export const korsdrag = {
  async start({ cards = 500, place, settings = [], core } = {}) {
    const where = place ?? board(cards)
    const port = await freePort()
    const name = `korsdrag-${serial++}`
    const config = join(folder, `${name}.conf`)
    settingsWrite(config, settings)
    const server = start(name, [join(bin, 'korsdragd'), 'serve', '--listen', `127.0.0.1:${port}`],
      { core, env: { KORSDRAG_CONFIG: config, KORSDRAG_DATABASE_URL: postgres.url(DATABASE, 'korsdrag') } })
    await listening(server, port)
    for (let tries = 0; tries < 100 && !(await fetch(`http://127.0.0.1:${port}/ready`).catch(() => ({}))).ok; tries++) await sleep(50)
    return {
      name: 'korsdrag', pid: server.pid, port, kill: () => stop(server, 'SIGKILL'), stop: () => stop(server),
      watch: [`server=${server.pid}`, `postgres=${postgres.pid}+`],
      drive: { protocol: 'korsdrag', url: `ws://127.0.0.1:${port}/ws`, tokens, ...where },
    }
  },
}
