// What is put into a message keeps its direction to itself, as Fluent does by default: done where the messages that
// paraglide printed are read, so that no call can forget it. src/text/bidi.test.ts fails when their form has changed.
export const isolateInMessages = () => ({
  name: 'isolate-in-messages',
  transform(code, id) {
    if (!/\/paraglide\/messages\/[^/]+\.js$/.test(id) || !code.includes('${i?.')) return undefined
    return { code: `import { isolate } from '../../text/bidi.ts'\n${code.replace(/\$\{(i\?\.\w+)\}/g, '${isolate($1)}')}`, map: null }
  },
})
