/* What is done to many cards at once: one step, which takes back what is still as we left it and nothing else. */
import { beforeEach, describe, expect, it } from 'vitest'
import { placesAt, slotsIn } from '../../store/board-places'
import { cardsOf, overlaps } from '../../store/board-query'
import { addCards } from './addCards'
import { deleteCards } from './deleteCards'
import { moveCards } from './moveCards'
import { recolourCards } from './recolourCards'
import { card, section, TestBoard } from './testing'

let board: TestBoard
beforeEach(() => {
  board = new TestBoard(
    [
      card('1', { x: 600, y: 0 }),
      card('2', { x: 800, y: 0, order: 'a1' }),
      card('3', { section: 'x', x: 24, y: 72, order: 'a0' }),
      card('4', { section: 'x', x: 200, y: 72, order: 'a1' }),
    ],
    [section('x')],
  )
})
const order = (group: string) => cardsOf(board.state!, group).map((one) => one.id)
const at = (id: string) => ({ section: board.card(id)?.section, x: board.card(id)?.x, y: board.card(id)?.y })
/** Where these cards are put when they are moved by so much. */
const shifted = (ids: string[], dx: number, dy: number) =>
  placesAt(board.state!, ids.map((id) => ({ ...board.card(id)!, x: board.card(id)!.x + dx, y: board.card(id)!.y + dy })))

describe('moving together', () => {
  it('is one step, each to the section it comes to lie on and read there in turn', () => {
    moveCards(board, shifted(['1', '2'], -576, 220))
    expect(board.steps).toHaveLength(1)
    expect(board.sent.map((one) => one.method)).toEqual(['card.move', 'card.move'])
    expect(at('1')).toEqual({ section: 'x', x: 24, y: 220 })
    expect(order('x')).toEqual(['3', '4', '1', '2'])
    board.undo()
    expect(at('1')).toEqual({ section: undefined, x: 600, y: 0 })
    expect(order('')).toEqual(['1', '2'])
    board.redo()
    expect(order('x')).toEqual(['3', '4', '1', '2'])
  })

  it('goes between others where one reads it, and keeps its own order', () => {
    moveCards(board, placesAt(board.state!, [{ ...board.card('2')!, x: 100, y: 72 }, { ...board.card('1')!, x: 90, y: 80 }]))
    expect(order('x')).toEqual(['3', '1', '2', '4'])
    moveCards(board, shifted(['3', '2'], 0, 200))
    expect(order('x')).toEqual(['1', '4', '3', '2'])
  })

  it('takes back those alone that nobody has moved since', () => {
    moveCards(board, shifted(['1', '2'], 0, 800))
    board.others('card.move', { card: '2', x: 5000, y: 5000, order: 'a9' })
    expect(board.undo()).toBe(1)
    expect(at('1')).toEqual({ section: undefined, x: 600, y: 0 })
    expect(at('2')).toMatchObject({ x: 5000, y: 5000 })
  })

  it('passes over what is gone, and sends nothing when nothing changes', () => {
    const places = shifted(['1', '2'], 0, 800)
    board.others('card.delete', { card: '1' })
    moveCards(board, places)
    expect(board.sent).toHaveLength(1)
    moveCards(board, new Map([['2', { section: undefined, x: 800, y: 800, order: board.card('2')!.order }]]))
    expect(board.steps).toHaveLength(1)
  })
})

describe('free spots', () => {
  it('are found for all, do not lie over each other, and make the section grow', () => {
    const many = Array.from({ length: 12 }, (_, i) => card(`n${i}`))
    const { spots, grown, isFull } = slotsIn(board.state!, 'x', many)
    expect(isFull).toBe(false)
    expect(grown!.height).toBeGreaterThan(420)
    const rects = [...cardsOf(board.state!, 'x'), ...many.map((one, i) => ({ ...one, ...spots[i]! }))]
    expect(rects.flatMap((a, i) => rects.slice(i + 1).filter((b) => overlaps(a, b)))).toEqual([])
  })

  it('are those of the cards themselves when they stay in their section', () => {
    const { spots, grown } = slotsIn(board.state!, 'x', [board.card('3')!, board.card('4')!])
    expect(grown).toBeUndefined()
    expect(spots).toHaveLength(2)
  })

  it('are told not to be there when something stands in the way', () => {
    const crowded = new TestBoard([card('wall', { x: 0, y: 440, width: 2000 })], [section('x', { width: 220, height: 260 })])
    expect(slotsIn(crowded.state!, 'x', [card('n1'), card('n2'), card('n3')]).isFull).toBe(true)
  })
})

describe('colouring and deleting together', () => {
  it('takes back the colours that are still ours', () => {
    recolourCards(board, ['1', '2', '3'], 'arg')
    board.others('card.recolour', { card: '2', colour: 'puts' })
    expect(board.undo()).toBe(2)
    expect(['1', '2', '3'].map((id) => board.card(id)!.colour)).toEqual(['kalk', 'puts', 'kalk'])
  })

  it('brings all back in their sections, but not one that somebody has brought back', () => {
    deleteCards(board, ['1', '3', '4', 'unknown'])
    expect(board.steps).toHaveLength(1)
    expect(order('x')).toEqual([])
    board.others('card.restore', { card: '3' })
    expect(board.undo()).toBe(2)
    expect(order('x')).toEqual(['3', '4'])
  })
})

describe('adding together', () => {
  it('is taken off again, but for what somebody has written on, and brought back as it was', () => {
    const made = ['a', 'b', 'c'].map((text, i) => ({ text, colour: 'ockra' as const, x: i * 200, y: 900, order: `a${i}` }))
    const ids = addCards(board, made, 'paste')
    expect(board.steps.map((one) => one.label)).toEqual(['paste'])
    board.others('card.edit', { card: ids[1], text: 'theirs', revision: 1 })
    expect(board.undo()).toBe(2)
    expect(board.card(ids[1]!)!.text).toBe('theirs')
    expect(board.redo()).toBe(2)
    expect(board.last!.method).toBe('card.restore')
    expect(board.card(ids[0]!)!.text).toBe('a')
  })
})
