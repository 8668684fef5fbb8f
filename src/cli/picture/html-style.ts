// The style of the page around a picture. Far away, where no text could be read, a box is its status' colour and no more.
import { statusLook } from '../../domain/status-look.js';
import { pictureStyle, pictureThemes, type ThemeName } from './svg-style.js';

export function pageStyle(): string {
  return [pictureStyle(), page, theme('light'), `@media (prefers-color-scheme:dark){${theme('dark')}}`].join('\n');
}

function theme(name: ThemeName): string {
  const { page: background, text, muted, line, frame } = pictureThemes[name];
  const far = Object.entries(statusLook).map(([status, look]) => {
    const { ink, fill } = look[name];
    return status === 'pending'
      ? ''
      : `.picture.far .s-${status} .box{fill:${ink}}.chip.s-${status}{background:${fill};border-color:${ink}}`;
  });
  const pending = statusLook.pending[name];
  return [
    `:root{--page:${background};--text:${text};--muted:${muted};--line:${line};--panel:${frame};--accent:${statusLook.running[name].ink}}`,
    `.chip{background:${pending.fill};border-color:${pending.ink}}`,
    ...far,
  ].join('\n');
}

const page = `
:root{color-scheme:light dark}
*{box-sizing:border-box}
html,body{height:100%;margin:0}
body{display:flex;flex-direction:column;background:var(--page);color:var(--text);font:14px/1.4 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
header{display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center;padding:10px 16px;background:var(--panel);border-bottom:1px solid var(--line)}
h1{margin:0;font-size:17px;max-width:40ch;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.run{color:var(--muted)}
.chips{display:flex;flex-wrap:wrap;gap:6px}
.chip{font:inherit;font-size:12px;color:var(--text);border:1px solid;border-radius:99px;padding:2px 10px;cursor:pointer}
.chip[aria-pressed=true]{outline:2px solid var(--accent);outline-offset:1px}
.tools{margin-left:auto;display:flex;gap:6px;align-items:center}
.tools input,.tools button{font:inherit;height:30px;color:var(--text);background:var(--page);border:1px solid var(--line);border-radius:6px}
.tools input{width:190px;padding:0 8px}
.tools button{min-width:32px;padding:0 8px;cursor:pointer}
.found{color:var(--muted);font-size:12px;min-width:6ch;text-align:right}
:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
main{flex:1;min-height:0;position:relative}
svg.picture{display:block;width:100%;height:100%;cursor:grab;touch-action:none;user-select:none;-webkit-user-select:none}
svg.picture.dragging{cursor:grabbing}
.picture .task{cursor:pointer}
.picture .task:hover .box{stroke-width:2.5}
.picture.far text,.picture.far .icon,.picture.far .mark{display:none}
.picture.far .line{stroke-width:2.5}.picture.far:not(.focused) .lines{opacity:.55}
.picture.focused .task,.picture.focused [data-line]{opacity:.16}
.picture.focused .task.lit,.picture.focused [data-line].lit{opacity:1}
.picture .task.chosen .box{stroke-width:3.5}
.picture.focused [data-line].lit .line{stroke-width:2.4}
#hint{position:absolute;pointer-events:none;max-width:420px;padding:8px 12px;background:var(--panel);border:1px solid var(--line);border-radius:8px;box-shadow:0 4px 14px #0004;font-size:13px;overflow-wrap:anywhere}
#hint[hidden]{display:none}
#hint b{display:block}
#hint span{display:block;color:var(--muted)}
`;
