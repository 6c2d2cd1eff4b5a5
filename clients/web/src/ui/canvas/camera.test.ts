import { describe, expect, it } from 'vitest'
import { around, fit, reveal, seen, toPlane, toScreen, zoomAt, zoomStep, ZOOM_MAX, ZOOM_MIN } from './camera'

const window = { width: 1000, height: 500 }
const edges = { left: 100, top: 50, right: 0, bottom: 50 }

describe('the camera', () => {
  it('maps to the screen and back', () => {
    const camera = { x: 30, y: -40, zoom: 0.5 }
    expect(toPlane(camera, toScreen(camera, { x: 12, y: 34 }))).toEqual({ x: 12, y: 34 })
  })

  it('keeps what is under the pointer there when it zooms', () => {
    const camera = { x: 30, y: -40, zoom: 0.5 }
    const at = { x: 200, y: 300 }
    const zoomed = zoomAt(camera, at, 2)
    expect(zoomed.zoom).toBe(2)
    expect(toPlane(zoomed, at)).toEqual(toPlane(camera, at))
    expect(zoomAt(camera, at, 99).zoom).toBe(ZOOM_MAX)
    expect(zoomAt(camera, at, 0).zoom).toBe(ZOOM_MIN)
  })

  it('steps from stop to stop', () => {
    expect(zoomStep(1, 1)).toBe(1.25)
    expect(zoomStep(1, -1)).toBe(0.8)
    expect(zoomStep(0.93, 1)).toBe(1)
    expect(zoomStep(3, 1)).toBe(3)
    expect(zoomStep(0.05, -1)).toBe(0.05)
  })

  it('fits a rectangle between the edges, never larger than life', () => {
    const camera = fit({ x: 0, y: 0, width: 1800, height: 400 }, window, edges)
    expect(camera.zoom).toBe(0.5)
    expect(toScreen(camera, { x: 0, y: 0 }).x).toBe(100)
    expect(fit({ x: 0, y: 0, width: 10, height: 10 }, window, edges).zoom).toBe(1)
  })

  it('shows the beginning of what cannot be made small enough', () => {
    const camera = fit({ x: -5000, y: -5000, width: 50_000, height: 50_000 }, window, edges, 1, 0.5)
    expect(toScreen(camera, { x: -5000, y: -5000 })).toEqual({ x: 100, y: 50 })
  })

  it('moves only as far as needed to reveal something', () => {
    const camera = { x: 0, y: 0, zoom: 1 }
    expect(reveal(camera, { x: 200, y: 100, width: 160, height: 128 }, window, edges)).toBe(camera)
    expect(reveal(camera, { x: 990, y: 100, width: 160, height: 128 }, window, edges)).toEqual({ x: -150, y: 0, zoom: 1 })
    expect(reveal(camera, { x: 0, y: -90, width: 160, height: 128 }, window, edges)).toEqual({ x: 100, y: 140, zoom: 1 })
  })

  it('chooses what to draw by the same rectangle for small movements', () => {
    const a = around(seen({ x: 0, y: 0, zoom: 1 }, window), 200)
    const b = around(seen({ x: -9, y: -9, zoom: 1 }, window), 200)
    expect(a).toEqual(b)
    expect(a.x).toBeLessThanOrEqual(-200)
    expect(a.x + a.width).toBeGreaterThanOrEqual(1200)
  })
})
