/* The actions against a board that is only a state: what they send, and what undo takes back and leaves alone. */
import { beforeEach, describe, expect, it } from 'vitest'
import { addCard } from './addCard'
import { addSection } from './addSection'
import { deleteCard } from './deleteCard'
import { deleteSection } from './deleteSection'
import { editCard } from './editCard'
import { moveCard } from './moveCard'
import { moveSection } from './moveSection'
import { recolourCard } from './recolourCard'
import { renameSection } from './renameSection'
import { resizeCard } from './resizeCard'
import { card, section, TestBoard } from './testing'
import { discardEmpty, writeFirst } from './writeFirst'

let board: TestBoard
beforeEach(() => {
  board = new TestBoard([card('1'), card('2', { section: 'x', order: 'a1' })], [section('x')])
})

describe('moving', () => {
  it('is taken back to where it was, and done again', () => {
    moveCard(board, '1', { section: 'x', x: 80, y: 90, order: 'a2' })
    expect(board.last).toEqual({ method: 'card.move', params: { board: 'b', card: '1', section: 'x', x: 80, y: 90, order: 'a2' } })
    board.undo()
    expect(board.last!.params).not.toHaveProperty('section')
    expect(board.card('1')).toMatchObject({ section: undefined, x: 0, y: 0 })
    board.redo()
    expect(board.card('1')).toMatchObject({ section: 'x', x: 80, y: 90 })
  })

  it('is not taken back when somebody has moved it since', () => {
    moveCard(board, '1', { section: 'x', x: 80, y: 90, order: 'a2' })
    board.others('card.move', { card: '1', x: 500, y: 500, order: 'a3' })
    expect(board.undo()).toBe(0)
    expect(board.card('1')).toMatchObject({ x: 500 })
  })

  it('is taken back although somebody has coloured it since, and leaves their colour', () => {
    moveCard(board, '1', { section: undefined, x: 80, y: 90, order: 'a2' })
    board.others('card.recolour', { card: '1', colour: 'puts' })
    board.undo()
    expect(board.card('1')).toMatchObject({ x: 0, colour: 'puts' })
  })

  it('is taken back also when the server gave it another order', () => {
    moveCard(board, '1', { section: 'x', x: 80, y: 90, order: 'a2' })
    board.others('card.move', { card: '1', section: 'x', x: 80, y: 90, order: 'a2V' })
    expect(board.undo()).toBe(1)
  })

  it('sends nothing when nothing changes', () => {
    moveCard(board, '1', { section: undefined, x: 0, y: 0, order: 'a0' })
    expect(board.sent).toEqual([])
  })
})

describe('adding', () => {
  const made = { text: '', colour: 'ockra' as const, x: 8, y: 8, order: 'a5' }

  it('is taken back together with the first words, and brought back with them', () => {
    const id = addCard(board, made)
    expect(board.last!.params).not.toHaveProperty('section')
    writeFirst(board, id, 'Hej')
    expect(board.steps).toHaveLength(1)
    board.undo()
    expect(board.card(id)).toBeUndefined()
    board.redo()
    expect(board.last!.method).toBe('card.restore')
    expect(board.card(id)!.text).toBe('Hej')
  })

  it('is not taken back over the words of somebody else', () => {
    const id = addCard(board, made)
    board.others('card.edit', { card: id, text: 'deras', revision: 1 })
    expect(board.undo()).toBe(0)
    expect(board.card(id)!.text).toBe('deras')
  })

  it('leaves no empty card behind', () => {
    const id = addCard(board, made)
    discardEmpty(board, id)
    expect(board.card(id)).toBeUndefined()
    expect(board.undo()).toBe(0)
  })
})

describe('writing', () => {
  it('is sent with the revision it was based on, and taken back over one’s own words only', () => {
    editCard(board, '1', 'mitt', 1, '1')
    expect(board.last).toMatchObject({ method: 'card.edit', params: { text: 'mitt', revision: 1 } })
    board.undo()
    expect(board.last).toMatchObject({ method: 'card.edit', params: { text: '1', revision: 2 } })
    board.redo()
    board.others('card.edit', { card: '1', text: 'deras', revision: 4 })
    expect(board.undo()).toBe(0)
    expect(board.card('1')!.text).toBe('deras')
  })
})

describe('deleting', () => {
  it('is taken back by restoring the same card', () => {
    deleteCard(board, '1')
    expect(board.card('1')).toBeUndefined()
    board.undo()
    expect(board.last).toEqual({ method: 'card.restore', params: { board: 'b', card: '1' } })
    expect(board.card('1')!.text).toBe('1')
  })

  it('is not taken back when somebody has restored it already', () => {
    deleteCard(board, '1')
    board.others('card.restore', { card: '1' })
    expect(board.undo()).toBe(0)
  })
})

describe('colour and size', () => {
  it('are taken back if they are still ours', () => {
    recolourCard(board, '1', 'puts')
    board.undo()
    expect(board.card('1')!.colour).toBe('kalk')
    resizeCard(board, '1', { width: 336, height: 128 })
    board.others('card.resize', { card: '1', width: 400, height: 400 })
    expect(board.undo()).toBe(0)
  })
})

describe('sections', () => {
  it('take their cards along', () => {
    moveSection(board, 'x', { x: 100, y: 50 })
    expect(board.card('2')).toMatchObject({ x: 100, y: 50, section: 'x' })
    board.undo()
    expect(board.card('2')).toMatchObject({ x: 0, y: 0 })
    expect(board.state!.sections.get('x')).toMatchObject({ x: 0, y: 0 })
  })

  it('leave their cards when deleted, and get those back that still lie there', () => {
    board = new TestBoard([card('1', { section: 'x' }), card('2', { section: 'x', order: 'a1', x: 200 })], [section('x', { title: 'Idéer' })])
    deleteSection(board, 'x')
    expect(board.card('1')!.section).toBeUndefined()
    board.others('card.move', { card: '1', x: 900, y: 900, order: 'a0' })
    board.undo()
    expect(board.state!.sections.get('x')!.title).toBe('Idéer')
    expect([board.card('1')!.section, board.card('2')!.section]).toEqual([undefined, 'x'])
  })

  it('are laid under the loose cards there, and taken away unless others use them', () => {
    const id = addSection(board, 'Ny', { x: -20, y: -60, width: 400, height: 300 })
    expect(board.card('1')!.section).toBe(id)
    board.undo()
    expect(board.card('1')!.section).toBeUndefined()
    board.redo()
    board.others('card.move', { card: '2', section: id, x: 0, y: 0, order: 'a4' })
    expect(board.undo()).toBe(0)
  })

  it('keep the name that somebody else gave them', () => {
    renameSection(board, 'x', 'Mitt')
    board.others('section.change', { section: 'x', title: 'Deras' })
    expect(board.undo()).toBe(0)
  })
})
