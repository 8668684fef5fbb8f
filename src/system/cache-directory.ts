import envPaths from 'env-paths';

/** Where Baton keeps the programs that it has downloaded: `BATON_CACHE`, else the platform's directory for caches. */
export const cacheDirectory = (): string => process.env['BATON_CACHE'] || envPaths('baton', { suffix: '' }).cache;
