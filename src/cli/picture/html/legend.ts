// What the shapes, colours and icons of a picture mean. Only those that occur in it are listed.
import { countLooks } from '../../../domain/picture/looks.js';
import type { Picture } from '../../../domain/picture/picture.js';
import { escapeMarkup } from '../escape.js';
import { iconMeanings } from '../svg/icons.js';

const svg = (width: number, content: string): string =>
  `<svg class="picture sample" width="${width}" height="20" viewBox="0 0 ${width} 20" aria-hidden="true">${content}</svg>`;

export function legendMarkup({ tasks }: Picture): string {
  const looks = countLooks(tasks).map(({ name, glyph, word }) => {
    const box =
      name === 'waiting'
        ? '<polygon class="box" points="7,2 33,2 38,10 33,18 7,18 2,10"/>'
        : '<rect class="box" x="3" y="2" width="34" height="16" rx="4"/>';
    const mark = `<circle class="mark" cx="14" cy="10" r="6"/><text class="glyph" x="14" y="13.5" font-size="9">${escapeMarkup(glyph)}</text>`;
    return { name: word, sample: svg(40, `<g class="s-${name}">${box}${mark}</g>`) };
  });
  const icons = iconMeanings(tasks).map(({ name, path }) => ({
    name,
    sample: svg(40, `<g class="s-none"><path class="icon" transform="translate(14 4)" d="${path}"/></g>`),
  }));
  const rect = (more: string) => `<rect class="box" x="3" y="3" width="32" height="14" rx="4" ${more}/>`;
  const shapes = [
    ...(tasks.some(({ forEach }) => forEach === true)
      ? [
          {
            name: 'one call for each item',
            sample: svg(
              40,
              `<g class="s-none"><rect class="box" x="6" y="5" width="32" height="14" rx="4"/>${rect('')}</g>`,
            ),
          },
        ]
      : []),
    ...(tasks.some(({ conditional }) => conditional === true)
      ? [{ name: 'has a condition', sample: svg(40, `<g class="s-none">${rect('stroke-dasharray="5 3"')}</g>`) }]
      : []),
    {
      name: 'what an arrow leads to needs what it comes from',
      sample: svg(40, '<path class="line" d="M3,10L30,10"/><path class="arrow" d="M37,10 30,6.5 30,13.5z"/>'),
    },
  ];
  const rows = [...looks, ...icons, ...shapes].map(
    ({ name, sample }) => `<li>${sample}<span>${escapeMarkup(name)}</span></li>`,
  );
  return `<ul>${rows.join('')}</ul>`;
}
