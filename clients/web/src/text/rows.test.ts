import { expect, test } from 'vitest'
import { sayRow } from './rows'

test('a row is told in the reader’s language, by its column', () => {
  const said = (field: string, problem: Parameters<typeof sayRow>[0]['problem']) => sayRow({ field, problem, reason: 'in English' })
  expect(said('mail', 'malformed')).toBe('Är ingen e-postadress.')
  expect(said('track', 'malformed')).toBe('Ska vara executive eller key_person.')
  expect(said('name', 'missing')).toBe('Saknas.')
  expect(said('cohort', 'missing')).toBe('Saknas. Ange vilken omgång av spåret.')
  expect(said('organisation', 'unknown')).toBe('Ingen förvaltning och inget bolag heter så, varken kort eller fullständigt.')
  expect(said('', 'unreadable')).toBe('Raden går inte att läsa. Se över citattecknen.')
  expect(said('later', 'unknown'), 'what a newer server says').toBe('in English')
})
