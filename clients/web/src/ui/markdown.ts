/* markdown.ts - the one place where HTML from the server enters the page.
 *
 * The server renders Markdown to an allowlist (no raw HTML, http, https and mailto links only). Trusted Types
 * refuse every other way: the CSP names this policy and Svelte's own, and no other can be made. */

interface Policy {
  createHTML(html: string): unknown
}
interface Factory {
  createPolicy(name: string, rules: { createHTML(html: string): string }): Policy
}

const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes
const policy: Policy = factory?.createPolicy('korsdrag-md', { createHTML: (html) => html }) ?? { createHTML: (html) => html }

/** For `{@html}` in Markdown.svelte, and nowhere else. */
export function trusted(html: string): string {
  return policy.createHTML(html) as string
}
