import { firstName } from '../../text/names'

/** What somebody is called on a label: the first name, or the whole where that is a role. */
export const called = (name: string) => firstName(name) || name
