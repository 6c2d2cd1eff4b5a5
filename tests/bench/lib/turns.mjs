// Whoever is compared is measured in turn (A B A B …), so that noise of the machine hits all.

export const say = (text) => process.stderr.write(`    ${text}\n`)

/** Calls `measure(name, server)` for each, `repeat` times; what fails is said and left out. */
export async function inTurn({ repeat, peers }, servers, names, measure) {
  const wanted = names.filter((name) => !peers || peers.includes(name))
  for (let turn = 0; turn < repeat; turn++) {
    for (const name of wanted) await measure(name, servers[name])
  }
}

/** Starts it, lends it, and stops it whatever happens. */
export async function withServer(start, use) {
  const server = await start()
  try {
    return await use(server)
  } finally {
    await server.stop()
  }
}
