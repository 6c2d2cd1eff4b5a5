/* camera.ts - how a large plane is seen through a small window. On the screen a point of the plane stands at
 * point × zoom + (x, y), in pixels from the window's corner. Pure. */

export interface Camera {
  readonly x: number
  readonly y: number
  readonly zoom: number
}
export interface Point {
  x: number
  y: number
}
export interface Size {
  width: number
  height: number
}
export type Rect = Point & Size

export const ZOOM_MIN = 0.05
export const ZOOM_MAX = 3
/** Where the zoom buttons stop. */
const STOPS = [0.05, 0.1, 0.25, 0.4, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3]

export const clampZoom = (zoom: number) => Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, zoom))

export function toPlane(camera: Camera, at: Point): Point {
  return { x: (at.x - camera.x) / camera.zoom, y: (at.y - camera.y) / camera.zoom }
}

export function toScreen(camera: Camera, at: Point): Point {
  return { x: at.x * camera.zoom + camera.x, y: at.y * camera.zoom + camera.y }
}

export function panBy(camera: Camera, by: Point): Camera {
  return { ...camera, x: camera.x + by.x, y: camera.y + by.y }
}

/** Zooms so that what is under `at`, on the screen, stays there. */
export function zoomAt(camera: Camera, at: Point, zoom: number): Camera {
  const to = clampZoom(zoom)
  const still = toPlane(camera, at)
  return { zoom: to, x: at.x - still.x * to, y: at.y - still.y * to }
}

/** The next stop in or out. */
export function zoomStep(zoom: number, step: 1 | -1): number {
  const stops = step > 0 ? STOPS : [...STOPS].reverse()
  return stops.find((stop) => (stop - zoom) * step > 0.01) ?? zoom
}

/** What of the plane is seen. */
export function seen(camera: Camera, window: Size): Rect {
  return { ...toPlane(camera, { x: 0, y: 0 }), width: window.width / camera.zoom, height: window.height / camera.zoom }
}

export interface Edges {
  left: number
  top: number
  right: number
  bottom: number
}

/** The beginning of `rect` in the window's upper left, as large as it can be shown whole but within bounds. */
export function begin(rect: Rect, window: Size, edges: Edges, most: number, least: number): Camera {
  const { zoom } = fit(rect, window, edges, most, least)
  return { zoom, x: edges.left - rect.x * zoom, y: edges.top - rect.y * zoom }
}

/** All of `rect` in the window, inside its edges, never larger than `most`. What cannot be made small enough is
 * shown from its beginning. */
export function fit(rect: Rect, window: Size, edges: Edges, most = 1, least = ZOOM_MIN): Camera {
  const width = Math.max(1, window.width - edges.left - edges.right)
  const height = Math.max(1, window.height - edges.top - edges.bottom)
  const wanted = Math.min(width / Math.max(1, rect.width), height / Math.max(1, rect.height))
  const zoom = clampZoom(Math.max(least, Math.min(most, wanted)))
  const put = (from: number, room: number, start: number, size: number) =>
    size * zoom > room ? start - from * zoom : start + (room - size * zoom) / 2 - from * zoom
  return { zoom, x: put(rect.x, width, edges.left, rect.width), y: put(rect.y, height, edges.top, rect.height) }
}

/** Moves as little as needed for `rect` to be seen inside the edges. */
export function reveal(camera: Camera, rect: Rect, window: Size, edges: Edges): Camera {
  const at = toScreen(camera, rect)
  const shift = (from: number, size: number, low: number, high: number) => {
    if (size > high - low || from < low) return low - from
    return from + size > high ? high - from - size : 0
  }
  const x = shift(at.x, rect.width * camera.zoom, edges.left, window.width - edges.right)
  const y = shift(at.y, rect.height * camera.zoom, edges.top, window.height - edges.bottom)
  return x === 0 && y === 0 ? camera : panBy(camera, { x, y })
}

/** A rectangle that holds `rect` and `more` around it, and stays the same for small movements, so that what is
 * drawn is chosen again only now and then. */
export function around(rect: Rect, more: number, grain = 128): Rect {
  const x = Math.floor((rect.x - more) / grain) * grain
  const y = Math.floor((rect.y - more) / grain) * grain
  const right = Math.ceil((rect.x + rect.width + more) / grain) * grain
  const bottom = Math.ceil((rect.y + rect.height + more) / grain) * grain
  return { x, y, width: right - x, height: bottom - y }
}
