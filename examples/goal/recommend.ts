// The least to install, of those that come with types if there are any.
import { z } from 'zod';

const about = { name: z.string() };

/** Each list holds one entry for each package. */
export const Facts = z.object({
  sizes: z.array(z.object({ ...about, files: z.int(), bytes: z.int() })).min(1),
  dependencies: z.array(z.object({ ...about, needs: z.array(z.string()) })),
  manifests: z.array(z.object({ ...about, version: z.string(), licence: z.string(), typed: z.boolean() })),
});
export type Facts = z.infer<typeof Facts>;

export function recommend({ sizes, dependencies, manifests }: Facts): string {
  const packages = sizes.map(({ name, bytes }) => {
    const { needs = [] } = dependencies.find((one) => one.name === name) ?? {};
    return { name, bytes, needs, ...manifests.find((one) => one.name === name) };
  });
  const typed = packages.filter((one) => one.typed === true);
  const [best] = (typed.length > 0 ? typed : packages).toSorted(
    (a, b) => a.needs.length - b.needs.length || a.bytes - b.bytes,
  );
  const rows = packages.map(({ name, version = '?', licence = '?', bytes, needs, typed: isTyped = false }) =>
    ['', name, version, licence, `${Math.ceil(bytes / 1024)} KiB`, needs.length, isTyped ? 'yes' : 'no', ''].join(
      ' | ',
    ),
  );
  return [
    '| package | version | licence | size | needs | types |',
    '| :-- | :-- | :-- | --: | --: | :-- |',
    ...rows.map((row) => row.trim()),
    '',
    `Take **${best!.name}**: ${reasonFor(best!)}.`,
  ].join('\n');
}

function reasonFor({ needs, bytes, typed }: { needs: string[]; bytes: number; typed?: boolean }): string {
  const all = needs.length === 0 ? 'nothing else' : `${needs.length} other packages`;
  return `it needs ${all}, has ${Math.ceil(bytes / 1024)} KiB, and ${typed === true ? 'comes with types' : 'has no types of its own'}`;
}
