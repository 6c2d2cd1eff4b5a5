/** The lucide icons we use; scripts/sprite.mjs makes one sprite of them. */
export const icons = [
  'a-large-small', 'align-center-horizontal', 'align-center-vertical', 'align-end-horizontal', 'align-end-vertical', 'align-horizontal-space-between',
  'align-start-horizontal', 'align-start-vertical', 'align-vertical-space-between', 'archive', 'arrow-down', 'arrow-left', 'arrow-right', 'arrow-up', 'at-sign', 'bold', 'book-open', 'building-2', 'calendar',
  'check', 'chevron-down', 'chevron-right', 'circle-alert', 'clipboard-paste', 'clock', 'cloud-off', 'code', 'copy', 'copy-plus', 'corner-up-left', 'door-open', 'download',
  'ellipsis', 'expand', 'eye', 'eye-off', 'frame', 'grip', 'hand', 'heading', 'house', 'italic', 'key-round', 'layout-grid', 'layout-panel-left', 'link',
  'list', 'list-ordered', 'lock', 'lock-open', 'log-out', 'mail', 'map', 'maximize', 'message-square', 'minus', 'monitor', 'moon',
  'mouse-pointer-2', 'move', 'palette', 'panel-right', 'panels-top-left', 'pause', 'pencil', 'play', 'plus', 'presentation', 'quote', 'redo-2', 'rotate-ccw', 'scissors', 'search',
  'send', 'settings', 'shield', 'square-dashed-mouse-pointer', 'sticky-note', 'sun', 'text-cursor-input', 'timer', 'trash-2', 'undo-2', 'upload', 'user', 'user-plus',
  'users', 'vote', 'x', 'zoom-in', 'zoom-out',
] as const

export type IconName = (typeof icons)[number]
