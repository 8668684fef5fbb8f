// A value, or a promise of it. Temporal records a stack for every promise that Workflow code makes, which often costs more than the
// work itself: so a value that is known immediately is returned without a promise. JSON values are never promises.

export type MaybePromise<T> = T | Promise<T>;

export const mapMaybe = <T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> =>
  value instanceof Promise ? value.then(next) : next(value);

/** All values, in order. The result is a promise only if one of them is. */
export const allMaybe = <T>(values: readonly MaybePromise<T>[]): MaybePromise<T[]> =>
  values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as T[]);
