import { resolve } from 'node:path';

/** Commands of a configuration run where it lies, those of health checks too. */
export function placed(data: object, directory: string): object {
  const { health } = { health: undefined, ...data };
  const checked = isObject(health) ? { ...data, health: placed(health, directory) } : data;
  if (!('command' in checked)) return checked;
  const cwd = 'cwd' in checked ? checked.cwd : '.';
  return typeof cwd === 'string' ? { ...checked, cwd: resolve(directory, cwd) } : checked;
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
