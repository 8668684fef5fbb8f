import { resolve } from 'node:path';

/** Resolves the directory of a command, and of the command of its health check, against that of the configuration. */
export function withAbsoluteCwd(data: object, directory: string): object {
  const { health } = { health: undefined, ...data };
  const checked = isObject(health) ? { ...data, health: withAbsoluteCwd(health, directory) } : data;
  if (!('command' in checked)) return checked;
  const cwd = 'cwd' in checked ? checked.cwd : '.';
  return typeof cwd === 'string' ? { ...checked, cwd: resolve(directory, cwd) } : checked;
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
