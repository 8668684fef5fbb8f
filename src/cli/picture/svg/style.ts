// The style of a picture, with a light and a dark theme. The rules have no variables, because some viewers of SVG do not support
// them.
import { statusLook, WAITING } from '../../../domain/picture/status-style.js';
import type { TaskStatus } from '../../../domain/task-status.js';
import { ID_SIZE, LABEL_SIZE } from './size.js';

interface Theme {
  readonly page: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly frame: string;
  readonly none: { readonly ink: string; readonly fill: string };
}

const themes: Readonly<Record<'light' | 'dark', Theme>> = {
  light: {
    page: '#f7f8fa',
    text: '#16202c',
    muted: '#4d5866',
    line: '#7d8896',
    frame: '#eceff3',
    none: { ink: '#3f5f8a', fill: '#ffffff' },
  },
  dark: {
    page: '#0f141a',
    text: '#edf1f5',
    muted: '#aeb8c4',
    line: '#738092',
    frame: '#171d25',
    none: { ink: '#8fb2e0', fill: '#1b212a' },
  },
};

export type ThemeName = keyof typeof themes;

export const pictureThemes: Readonly<Record<ThemeName, Theme>> = themes;

export function pictureStyle(): string {
  return [
    '.picture text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace}',
    `.picture .id{font-size:${ID_SIZE}px;font-weight:600}`,
    `.picture .label,.picture .legend{font-size:${LABEL_SIZE}px}`,
    '.picture .glyph{font-size:13px;font-weight:700;text-anchor:middle}',
    '.picture .name{font-size:16px;font-weight:600}',
    '.picture .box{stroke-width:1.5}.picture .conditional .box{stroke-dasharray:5 3}',
    '.picture .icon{fill:none;stroke-width:1.2;stroke-linejoin:round;stroke-linecap:round}',
    '.picture .line{fill:none;stroke-width:1.4}',
    themeRules('light'),
    `@media (prefers-color-scheme:dark){${themeRules('dark')}}`,
  ].join('\n');
}

function themeRules(name: ThemeName): string {
  const { page, text, muted, line, frame, none } = themes[name];
  return [
    `.picture .page{fill:${page}}.picture .id,.picture .name{fill:${text}}`,
    `.picture .label,.picture .legend{fill:${muted}}`,
    `.picture .line{stroke:${line}}.picture .arrow{fill:${line}}.picture .frame{fill:${frame};stroke:${line}}`,
    statusRules('none', none),
    statusRules(WAITING.name, WAITING[name]),
    ...Object.entries(statusLook).map(([status, look]) => statusRules(status as TaskStatus, look[name])),
  ].join('\n');
}

function statusRules(status: TaskStatus | 'none' | 'waiting', { ink, fill }: { ink: string; fill: string }): string {
  const of = `.picture .s-${status}`;
  return `${of} .box{fill:${fill};stroke:${ink}}${of} .mark{fill:${ink}}${of} .glyph{fill:${fill}}${of} .icon{stroke:${ink}}`;
}
