import { expect, test } from 'vitest'
import { RpcError } from '../transport/errors'
import { decode, MAX_BYTES, readBoardFile, sayImportError } from './boardFile'

const bytes = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer

test('a list is read as such, titled by its file', () => {
  expect(readBoardFile('Idéer från träffen.csv', bytes('Sektion,Text\nA,ett\n'))).toEqual({ kind: 'csv', title: 'Idéer från träffen', csv: 'Sektion,Text\nA,ett\n' })
})

test('a board is read as such, titled by itself', () => {
  const file = { format: 'korsdrag-board', version: 1, title: 'Återblick' }
  expect(readBoardFile('x.json', bytes(JSON.stringify(file)))).toEqual({ kind: 'file', title: 'Återblick', file })
})

test('what is neither is told apart', () => {
  expect(readBoardFile('x.json', bytes('{"type":"excalidraw"}'))).toBe('kind')
  expect(readBoardFile('x.json', bytes('{"cut'))).toBe('kind')
  expect(readBoardFile('x.xlsx', bytes('PK\0\0'))).toBe('kind')
  expect(readBoardFile('x.csv', bytes('  \n'))).toBe('empty')
  expect(readBoardFile('x.csv', new ArrayBuffer(MAX_BYTES + 1))).toBe('large')
})

test('Windows-1252 is understood as well', () => {
  expect(decode(new Uint8Array([0x4b, 0x6f, 0x6d, 0x6d, 0x75, 0x6e, 0xe5]).buffer)).toBe('Kommunå')
})

test('what is wrong is said by line or by card', () => {
  const wrong = (field: string, reason: string) => sayImportError(new RpcError(-32602, reason, field))
  expect(wrong('/csv', 'line 3: there is no such colour')).toMatch(/3/)
  expect(wrong('/csv', 'line 3: there is no such colour')).not.toMatch(/such/)
  expect(wrong('/file/cards/4/colour', 'must be one of …')).toMatch(/5/)
  expect(wrong('/file/version', 'must be at most 1')).not.toBe('')
})
