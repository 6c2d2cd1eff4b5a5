/* chime.ts - two soft tones when the time is out, for who has asked for them on this device. */
const KEPT = 'korsdrag:timer-sound'
/** Hz, and when each begins, in s. */
const TONES: readonly [number, number][] = [
  [659.25, 0],
  [523.25, 0.32],
]
const LONG = 0.9
const LOUD = 0.18

let context: AudioContext | undefined

export function isSoundKept(): boolean {
  try {
    return localStorage.getItem(KEPT) !== null
  } catch {
    return false
  }
}

/** Asked for with a press: browsers give sound to who was pressed on. */
export function keepSound(isOn: boolean): void {
  try {
    if (isOn) localStorage.setItem(KEPT, '1')
    else localStorage.removeItem(KEPT)
  } catch {
    // remembered for as long as the page lives
  }
}

export function chime(): void {
  try {
    context ??= new AudioContext()
    const audio = context
    void audio.resume().then(() => {
      for (const [pitch, at] of TONES) tone(audio, pitch, audio.currentTime + at)
    })
  } catch {
    // no sound here; the words are there
  }
}

function tone(audio: AudioContext, pitch: number, at: number): void {
  const source = audio.createOscillator()
  const volume = audio.createGain()
  source.type = 'sine'
  source.frequency.value = pitch
  volume.gain.setValueAtTime(0, at)
  volume.gain.linearRampToValueAtTime(LOUD, at + 0.03)
  volume.gain.exponentialRampToValueAtTime(0.001, at + LONG)
  source.connect(volume).connect(audio.destination)
  source.start(at)
  source.stop(at + LONG)
}
