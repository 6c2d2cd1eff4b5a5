/** Where the last id stood: ids of one millisecond count up, so that they still sort as they were made. */
let lastMs = 0
let counter = 0

/** A UUIDv7 (RFC 9562, method 1: a counter in rand_a): ids made later sort later, also within a millisecond, for
 * the outbox sends in their order. New objects and changes get theirs here. */
export function newId(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  if (now > lastMs) {
    lastMs = now
    counter = ((bytes[6]! << 8) | bytes[7]!) & 0x7ff // room to count
  } else if (++counter > 0xfff) {
    lastMs++
    counter = 0
  }
  for (let i = 0, shift = 40; i < 6; i++, shift -= 8) bytes[i] = Math.floor(lastMs / 2 ** shift) & 0xff
  bytes[6] = 0x70 | (counter >> 8)
  bytes[7] = counter & 0xff
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return written(bytes)
}

/** A UUIDv4: at random, for what must not tell when it was made. */
export function newRandomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return written(bytes)
}

function written(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** What the routes take for an id. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)
}
