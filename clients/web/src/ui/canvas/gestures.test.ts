import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { panBy, type Camera, type Point } from './camera'
import { gestures, type Drag, type Surface } from './gestures'

let camera: Camera
let node: HTMLElement
let drag: { [K in keyof Drag]: ReturnType<typeof vi.fn> } | undefined
let taps: number[]
let stop: () => void

let held: Point[]

function point(type: string, id: number, at: Point, more: object = {}, pointerType = 'mouse'): void {
  const event = new MouseEvent(type, { bubbles: true, clientX: at.x, clientY: at.y, ...more })
  Object.defineProperties(event, { pointerId: { value: id }, pointerType: { value: pointerType } })
  node.dispatchEvent(event)
}

beforeEach(() => {
  camera = { x: 0, y: 0, zoom: 1 }
  drag = undefined
  taps = []
  held = []
  node = document.createElement('div')
  node.setPointerCapture = () => {}
  document.body.append(node)
  const surface: Surface = {
    camera: () => camera,
    look: (next) => (camera = next),
    grab: () => drag as unknown as Drag | undefined,
    tap: ({ count }) => taps.push(count),
    hold: ({ at }) => held.push(at),
  }
  stop = gestures(surface)(node)
})
afterEach(() => {
  stop()
  node.remove()
})

describe('a pointer', () => {
  it('pans where there is nothing to take hold of', () => {
    point('pointerdown', 1, { x: 100, y: 100 })
    point('pointermove', 1, { x: 120, y: 100 })
    point('pointermove', 1, { x: 150, y: 110 })
    point('pointerup', 1, { x: 150, y: 110 })
    expect(camera).toEqual({ x: 30, y: 10, zoom: 1 })
    expect(taps).toEqual([])
  })

  it('drags what it takes hold of, and drops it once', () => {
    drag = { move: vi.fn(), drop: vi.fn(), cancel: vi.fn() }
    point('pointerdown', 1, { x: 100, y: 100 })
    point('pointermove', 1, { x: 102, y: 100 })
    expect(drag.move).not.toHaveBeenCalled()
    point('pointermove', 1, { x: 140, y: 100 })
    point('pointerup', 1, { x: 140, y: 100 })
    expect(drag.move).toHaveBeenLastCalledWith({ x: 140, y: 100 })
    expect(drag.drop).toHaveBeenCalledExactlyOnceWith({ x: 140, y: 100 })
    expect(camera).toEqual({ x: 0, y: 0, zoom: 1 })
  })

  it('goes on dragging when the capture is taken over from what a finger touched', () => {
    drag = { move: vi.fn(), drop: vi.fn(), cancel: vi.fn() }
    const child = node.appendChild(document.createElement('div'))
    point('pointerdown', 1, { x: 100, y: 100 })
    point('pointermove', 1, { x: 140, y: 100 })
    const lost = Object.assign(new Event('lostpointercapture', { bubbles: true }), { pointerId: 1 })
    child.dispatchEvent(lost)
    point('pointerup', 1, { x: 150, y: 100 })
    expect(drag.cancel).not.toHaveBeenCalled()
    expect(drag.drop).toHaveBeenCalledOnce()
  })

  it('taps, and taps twice', () => {
    for (let i = 0; i < 2; i++) {
      point('pointerdown', 1, { x: 5, y: 5 })
      point('pointerup', 1, { x: 6, y: 5 })
    }
    expect(taps).toEqual([1, 2])
  })

  it('puts back on Escape', () => {
    drag = { move: vi.fn(), drop: vi.fn(), cancel: vi.fn() }
    point('pointerdown', 1, { x: 100, y: 100 })
    point('pointermove', 1, { x: 140, y: 100 })
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))
    point('pointerup', 1, { x: 140, y: 100 })
    expect(drag.cancel).toHaveBeenCalledOnce()
    expect(drag.drop).not.toHaveBeenCalled()
  })
})

describe('two pointers', () => {
  it('zoom about what is between them, and put back what one of them dragged', () => {
    drag = { move: vi.fn(), drop: vi.fn(), cancel: vi.fn() }
    point('pointerdown', 1, { x: 100, y: 100 })
    point('pointermove', 1, { x: 120, y: 100 })
    point('pointerdown', 2, { x: 220, y: 100 })
    expect(drag.cancel).toHaveBeenCalledOnce()
    point('pointermove', 2, { x: 320, y: 100 })
    expect(camera.zoom).toBe(2)
    point('pointerup', 2, { x: 320, y: 100 })
    point('pointerup', 1, { x: 120, y: 100 })
    expect(drag.drop).not.toHaveBeenCalled()
  })
})

describe('the wheel', () => {
  it('pans, and zooms with Ctrl', () => {
    const pan = new WheelEvent('wheel', { deltaX: 10, deltaY: 20, cancelable: true })
    node.dispatchEvent(pan)
    expect(camera).toEqual(panBy({ x: 0, y: 0, zoom: 1 }, { x: -10, y: -20 }))
    expect(pan.defaultPrevented).toBe(true)
    node.dispatchEvent(new WheelEvent('wheel', { deltaY: -50, ctrlKey: true, cancelable: true }))
    expect(camera.zoom).toBeGreaterThan(1.5)
  })
})

describe('a finger that rests', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const finger = (type: string, at: Point, id = 1) => point(type, id, at, {}, 'touch')

  it('holds once, and is no tap when it is lifted', () => {
    finger('pointerdown', { x: 100, y: 100 })
    finger('pointermove', { x: 104, y: 100 })
    vi.advanceTimersByTime(1_000)
    finger('pointerup', { x: 104, y: 100 })
    expect(held).toEqual([{ x: 104, y: 100 }])
    expect(taps).toEqual([])
  })

  it('drags from there what it takes hold of', () => {
    finger('pointerdown', { x: 100, y: 100 })
    vi.advanceTimersByTime(1_000)
    drag = { move: vi.fn(), drop: vi.fn(), cancel: vi.fn() }
    finger('pointermove', { x: 150, y: 100 })
    finger('pointerup', { x: 150, y: 100 })
    expect(drag.drop).toHaveBeenCalledOnce()
  })

  it('does not hold when it pans, is lifted soon, or another joins it', () => {
    finger('pointerdown', { x: 100, y: 100 })
    finger('pointermove', { x: 150, y: 100 })
    vi.advanceTimersByTime(1_000)
    finger('pointerup', { x: 150, y: 100 })
    finger('pointerdown', { x: 300, y: 100 })
    finger('pointerup', { x: 300, y: 100 })
    vi.advanceTimersByTime(1_000)
    finger('pointerdown', { x: 100, y: 100 })
    finger('pointerdown', { x: 200, y: 100 }, 2)
    vi.advanceTimersByTime(1_000)
    expect(held).toEqual([])
    expect(taps).toEqual([1])
  })

  it('is not what a mouse does', () => {
    point('pointerdown', 1, { x: 100, y: 100 })
    vi.advanceTimersByTime(1_000)
    point('pointerup', 1, { x: 100, y: 100 })
    expect(held).toEqual([])
    expect(taps).toEqual([1])
  })
})
