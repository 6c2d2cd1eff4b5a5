/** Runes only: what is reactive says so. */
export default { compilerOptions: { runes: true } }
