import { describe, expect, it, test } from 'vitest';
import { renderPicture } from '../../../src/cli/picture/index.js';
import { forTerminal } from '../../../src/cli/terminal/paint.js';
import { PICTURE_FORMATS } from '../../../src/cli/picture/options.js';
import { pictureThemes } from '../../../src/cli/picture/svg/style.js';
import { statusLook } from '../../../src/domain/picture/status-style.js';
import { fanOut, hostile, layers, pictureOf, review, task } from './samples.js';

describe('renderPicture', () => {
  it.each(PICTURE_FORMATS)('%s: the same picture gives the same file, which ends with a line break', async (format) => {
    const text = await renderPicture(review, format);
    expect(text).toBe(await renderPicture(review, format));
    expect(text).toMatch(/[^\n]\n$/);
    for (const { id } of review.tasks) expect(text).toContain(id);
  });

  it.each(PICTURE_FORMATS)('%s: a picture without tasks is rendered', async (format) => {
    expect(await renderPicture(pictureOf([]), format)).toContain(format === 'mermaid' ? 'flowchart' : 'sample');
  });

  it('text: colours are used on request only', async () => {
    expect(await renderPicture(review, 'text')).not.toContain('\u001b');
    expect(forTerminal(await renderPicture(review, 'text', { colour: true }))).toContain('\u001b[32m✓');
  });
});

test.each(PICTURE_FORMATS)('%s: the notes of a run are shown, and are text only', async (format) => {
  const notes = ['run r-1 · started 2026-11-27 09:00:12 UTC, took 12s', 'task a failed: </svg><script>"no"</script>'];
  const drawn = await renderPicture(
    pictureOf([task('a', [], { status: 'failed' })], { state: 'waiting', notes }),
    format,
  );
  expect(drawn).toContain('run r-1');
  expect(drawn).toContain('took 12s');
  if (format !== 'text' && format !== 'dot') expect(drawn).not.toContain('<script>"no"');
  if (format !== 'mermaid') expect(drawn).toContain('waiting');
});

describe('mermaid', () => {
  it('mermaid: each kind has its shape, each status its class, and a condition a dashed border', async () => {
    const kinds = (['agent', 'plan', 'approve', 'wait', 'event'] as const).map((kind) =>
      task(kind, [], { kind, label: 'x' }),
    );
    const text = await renderPicture(pictureOf(kinds), 'mermaid');
    for (const shape of ['t0["', 't1[["', 't2{{"', 't3(["', 't4>"']) expect(text).toContain(shape);
    const statuses = await renderPicture(review, 'mermaid');
    expect(statuses).toMatch(/classDef is-running fill:#\w{6},stroke:#\w{6},color:#\w{6}/);
    expect(statuses).toContain('class t3,t4 is-pending');
    expect(statuses).toContain('style t3 stroke-dasharray');
    expect(statuses).toContain('t0 --> t1');
  });

  it('mermaid: no character of a plan is interpreted', async () => {
    const labels = [...(await renderPicture(hostile, 'mermaid')).matchAll(/^ {2}t\d+\["(.*)"\]$/gm)].map(
      ([, label]) => label ?? '',
    );
    expect(labels).toHaveLength(6);
    for (const label of labels)
      expect(label.replaceAll('<br/>', '').replace(/#\d+;/g, '')).not.toMatch(/["'`<>[\](){}|&;#\\%\n]/);
  });

  it('mermaid: a fan-out with more lines than Mermaid draws is folded', async () => {
    const text = await renderPicture(fanOut(500), 'mermaid');
    expect(text).toContain('w0 … w499<br/>500 tasks');
    expect(text.match(/-->/g)).toHaveLength(2);
  });

  it('mermaid: a comment reports if there are more lines than Mermaid draws after folding', async () => {
    expect(await renderPicture(layers(10, 50), 'mermaid')).toMatch(/^%% \d+ lines: raise Mermaid's maxEdges/);
  });
});

describe('dot', () => {
  it('dot: all text is quoted', async () => {
    const text = await renderPicture(hostile, 'dot');
    const outside = text.replace(/"(?:[^"\\]|\\.)*"/gs, '""');
    expect(outside).not.toMatch(/script|constructor|alert|tick/);
    expect(text).toContain('&amp;amp; &amp; `tick`');
  });

  it('dot: each kind has its shape, and a condition a dashed border', async () => {
    const text = await renderPicture(review, 'dot');
    expect(text).toContain('shape=hexagon, style="filled,dashed"');
    expect(text).toContain('peripheries=2');
    expect(text).toContain('t0 -> t1');
  });
});

describe('svg', () => {
  it('svg: boxes fit their text, titles have the full text, and the legend lists the statuses', async () => {
    const long = task('a'.repeat(80), [], { label: 'b'.repeat(200), status: 'failed' });
    const svg = await renderPicture(pictureOf([long, task('short', [], { status: 'running' })]), 'svg');
    expect(svg).toContain(`<title>${'a'.repeat(80)} · ${'b'.repeat(200)} · failed</title>`);
    const [, width = '0'] = /class="box" x="0" y="0" width="(\d+)"/.exec(svg) ?? [];
    const texts = [...svg.matchAll(/class="(id|label)" x="(\d+)" y="[\d.]+">([^<]*)</g)];
    expect(texts).toHaveLength(4);
    for (const [, role, x, text = ''] of texts) {
      const advance = (role === 'id' ? 13 : 11) * 0.61;
      expect(Number(x) + text.length * advance).toBeLessThan(Number(width));
    }
    expect(svg).toContain('1 failed');
    expect(svg).toContain('1 running');
    expect(svg).not.toContain('0 succeeded');
  });

  it('svg: wide characters count as two', async () => {
    const svg = await renderPicture(pictureOf([task('t', [], { label: '漢'.repeat(60) })]), 'svg');
    expect(/class="label"[^>]*>(漢+)…</.exec(svg)?.[1]?.length).toBeLessThan(20);
  });

  it('svg: a forEach is stacked, a condition dashed, and the colours follow the scheme of the viewer', async () => {
    const svg = await renderPicture(review, 'svg');
    expect(svg.match(/class="box"/g)).toHaveLength(5 + 2);
    expect(svg).toContain('class="task s-pending conditional"');
    expect(svg).toContain('@media (prefers-color-scheme:dark)');
    expect(svg).toMatch(/^<svg [^>]*viewBox="0 0 \d+ \d+"/);
  });

  it.each(['svg', 'html'] as const)('%s: markup in a plan stays text', async (format) => {
    const text = await renderPicture(hostile, format);
    expect(text).not.toMatch(/<img|<b>|onerror="|<script>alert/);
    expect(text).toContain('&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;');
  });

  it('svg: there is no character that XML cannot represent', async () => {
    expect(await renderPicture(hostile, 'svg')).not.toMatch(/[^\P{Cc}\n]|\p{Cs}/u);
  });
});

describe('html', () => {
  it('html: the page has no external resources', async () => {
    const html = await renderPicture(review, 'html');
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:|\bsrc=|@import|url\(|href="(?!data:,")/,
    );
    expect(html).toContain("default-src 'none'");
  });

  it('html: the data is JSON that cannot end its element', async () => {
    const html = await renderPicture(hostile, 'html');
    const [, json = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html) ?? [];
    const data = JSON.parse(json) as { tasks: { id: string; about: string }[] };
    expect(data.tasks.map(({ id }) => id)).toEqual(hostile.tasks.map(({ id }) => id));
    expect(data.tasks[0]?.about).toContain('</script>');
  });
});

describe('colours', () => {
  it.each(['light', 'dark'] as const)(
    '%s: text and glyphs are legible on every status, borders visible on the page',
    (name) => {
      const { page, text, muted, none, line, frame } = pictureThemes[name];
      expect(contrast(line, page)).toBeGreaterThan(3);
      expect(contrast(text, page)).toBeGreaterThan(7);
      for (const { ink, fill } of [none, ...Object.values(statusLook).map((look) => look[name])]) {
        expect(contrast(text, fill)).toBeGreaterThan(7);
        expect(contrast(muted, fill)).toBeGreaterThan(4.5);
        expect(contrast(ink, fill)).toBeGreaterThan(4.5);
        expect(contrast(ink, page)).toBeGreaterThan(3);
        expect(contrast(ink, frame)).toBeGreaterThan(3);
      }
    },
  );
});

/** As WCAG 2.2 defines it. */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
