// The style of the page around a picture: page/style.css and the colours of both themes. If the picture is zoomed out so far that
// text is illegible, a box shows only the colour of its status.
import { readFileSync } from 'node:fs';
import { LOOKS } from '../../../domain/picture/looks.js';
import { statusLook, WAITING } from '../../../domain/picture/status-style.js';
import { pictureStyle, pictureThemes, type ThemeName } from '../svg/style.js';

export function pageStyle(): string {
  const page = readFileSync(new URL('./page/style.css', import.meta.url), 'utf8');
  return [pictureStyle(), page, theme('light'), `@media (prefers-color-scheme:dark){${theme('dark')}}`].join('\n');
}

function theme(name: ThemeName): string {
  const { page: background, text, muted, line, frame } = pictureThemes[name];
  const far = [...LOOKS].map(([status, look]) => {
    const { ink, fill } = look[name];
    return status === 'pending'
      ? `.c-pending{fill:${ink}}`
      : `.picture.far .s-${status} .box{fill:${ink}}.chip.s-${status}{background:${fill};border-color:${ink}}.c-${status}{fill:${ink}}`;
  });
  const pending = statusLook.pending[name];
  return [
    `:root{--page:${background};--text:${text};--muted:${muted};--line:${line};--panel:${frame};--accent:${statusLook.running[name].ink};--bad:${statusLook.failed[name].ink};--badfill:${statusLook.failed[name].fill};--wait:${WAITING[name].ink};--waitfill:${WAITING[name].fill}}`,
    `.chip{background:${pending.fill};border-color:${pending.ink}}`,
    ...far,
  ].join('\n');
}
