// Runs before the first paint, as a classic script: theme and language as last chosen in this browser.
;(function () {
  var root = document.documentElement
  try {
    var theme = localStorage.getItem('korsdrag:theme')
    if (theme === 'light' || theme === 'dark') root.setAttribute('data-theme', theme)
    var locale = localStorage.getItem('korsdrag:locale')
    if (locale !== 'sv' && locale !== 'en') locale = /^en\b/.test(navigator.language) ? 'en' : 'sv'
    root.lang = locale
  } catch (_) {
    root.lang = 'sv'
  }
})()
