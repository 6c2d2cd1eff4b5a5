/* rows.ts - what is wrong with a row of an imported list, in the reader's words. */
import { m } from '../i18n.svelte'
import type { ImportResult } from '../protocol'

type RowError = ImportResult['errors'][number]

const missing: Record<string, () => string> = { cohort: m.row_no_round }
const malformed: Record<string, () => string> = { mail: m.row_no_mail, name: m.row_bad_name, track: m.row_bad_track }
const unknown: Record<string, () => string> = { organisation: m.row_no_organisation, cohort: m.row_no_cohort }

export function sayRow(error: Pick<RowError, 'field' | 'problem' | 'reason'>): string {
  switch (error.problem) {
    case 'empty':
      return m.row_empty()
    case 'unreadable':
      return m.row_unreadable()
    case 'no_column':
      return m.row_no_column()
    case 'missing':
      return (missing[error.field] ?? m.row_missing)()
    case 'malformed':
      return malformed[error.field]?.() ?? error.reason
    case 'unknown':
      return unknown[error.field]?.() ?? error.reason
    case 'repeated':
      return m.row_repeated()
    case 'suspended':
      return m.row_suspended()
  }
}
