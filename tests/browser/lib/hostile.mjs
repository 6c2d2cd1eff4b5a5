/* hostile.mjs - what somebody who means harm, or has an odd keyboard, writes where words are asked for. */

export const corpus = {
  script: '<script>window.isHarmed=1</script>',
  handler: '<img src=x onerror="window.isHarmed=1">',
  svg: '"><svg/onload=window.isHarmed=1>',
  comment: '<!-- --!><b onclick=window.isHarmed=1>x</b> -->',
  link: '[klicka](javascript:window.isHarmed=1) javascript:window.isHarmed=1',
  template: '{{constructor.constructor("window.isHarmed=1")()}}${window.isHarmed=1}',
  formula: '=HYPERLINK("http://x.example";"x")+cmd|\' /C calc\'!A0',
  long: 'Donaudampfschifffahrt'.repeat(9),
  override: 'Anna \u202Egnp.exe',
  isolates: 'Bo \u2067\u2066\u2068\u202E öppet',
  closers: 'Cy \u2069\u2069\u202C\u202E stängt',
  rtl: 'שלום עולם 123',
  width: 'o\u200B\u200D\u2060s\uFEFFynlig',
  zalgo: `Z${'\u0300\u0301\u0323\u0489'.repeat(7)}a${'\u0310\u035c'.repeat(9)}lgo`,
  emoji: '👩‍👩‍👧‍👦🏳️‍🌈👨🏿‍🚒 familj',
  nothing: 'null',
  proto: '__proto__',
}

/** As much of it as a field takes. */
export const upTo = (text, most) => [...text].slice(0, most).join('')
