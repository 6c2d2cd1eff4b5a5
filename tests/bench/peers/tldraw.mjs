// tldraw's own sync server, one room of notes, in memory or on SQLite. What its clients say first is written to a file.
import { writeFileSync } from 'node:fs'
import { InMemorySyncStorage, NodeSqliteWrapper, SQLiteSyncStorage, TLSocketRoom } from '@tldraw/sync-core'
import { createTLSchema, DocumentRecordType, PageRecordType, TLDOCUMENT_ID, toRichText } from '@tldraw/tlschema'
import { getIndices } from '@tldraw/utils'
import Database from 'better-sqlite3'
import { WebSocketServer } from 'ws'
import { cardText } from './cards.mjs'

const [port, folder, cards, kept] = process.argv.slice(2)
const schema = createTLSchema()

const note = (i, index) => ({
  id: `shape:c${i}`, typeName: 'shape', type: 'note', parentId: 'page:page', index, x: i * 10, y: i, rotation: 0, opacity: 1,
  isLocked: false, meta: {},
  props: { color: 'yellow', labelColor: 'black', size: 'm', font: 'draw', fontSizeAdjustment: 1, align: 'middle', verticalAlign: 'middle',
    growY: 0, url: '', scale: 1, textFirstEditedBy: null, richText: toRichText(cardText(i)) },
})
const indices = getIndices(Number(cards))
const records = [
  DocumentRecordType.create({ id: TLDOCUMENT_ID }),
  PageRecordType.create({ id: 'page:page', name: 'Page 1', index: 'a1' }),
  ...Array.from({ length: Number(cards) }, (_, i) => note(i, indices[i])),
]
const snapshot = {
  documentClock: 0, tombstoneHistoryStartsAtClock: 0, schema: schema.serialize(),
  documents: records.map((state) => ({ state, lastChangedClock: 0 })),
}

function storage() {
  if (kept !== 'sqlite') return new InMemorySyncStorage({ snapshot })
  const database = new Database(`${folder}/room.sqlite`)
  // What is acknowledged survives a power cut, as it does in PostgreSQL.
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  return new SQLiteSyncStorage({ sql: new NodeSqliteWrapper(database), snapshot })
}

writeFileSync(`${folder}/hello`, JSON.stringify({
  type: 'connect', connectRequestId: 'one', lastServerClock: -1, protocolVersion: 8, schema: schema.serialize(),
}))
const room = new TLSocketRoom({ schema, storage: storage(), log: { warn: console.error, error: console.error } })
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), perMessageDeflate: false, backlog: 4096 })
let names = 0
server.on('connection', (socket) => room.handleSocketConnect({ sessionId: `s${names++}`, socket }))
